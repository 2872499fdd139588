"""Import and export: a company as plain data and as YAML, without loss.

`from_yaml(to_yaml(company)) == company` for every valid company. Reading lists every problem with
its path; a company that comes out has no unknown key, no wrong type and no dangling reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from telephony.routing import plain_yaml
from telephony.routing.errors import Problem, RoutingInvalid
from telephony.routing.model import Company
from telephony.routing.references import reference_problems

_COMPANY = TypeAdapter(Company)
_MOST_PROBLEMS = 200


def from_yaml(text: str | bytes) -> Company:
    """The company that a routing file describes. Raises `RoutingInvalid` with every problem."""
    return from_data(plain_yaml.read(text))


def to_yaml(company: Company) -> str:
    """The routing file of a company; what is at its default is left out."""
    return plain_yaml.write(to_data(company))


def from_data(data: Any) -> Company:
    """The company in plain data (a file or a JSON body). Raises `RoutingInvalid`."""
    try:
        company = _COMPANY.validate_python(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        wrong = [_problem(dict(item)) for item in found[:_MOST_PROBLEMS]]
        raise RoutingInvalid(_without_consequences(wrong)) from None
    problems = reference_problems(company)
    if problems:
        raise RoutingInvalid(problems[:_MOST_PROBLEMS])
    return company


def to_data(company: Company, *, defaults: bool = False) -> Any:
    """A company as dicts, lists, texts, numbers and truth values, ready for JSON.

    `defaults`: also what is at its default.
    """
    return _COMPANY.dump_python(company, mode="json", exclude_defaults=not defaults)


def _without_consequences(problems: list[Problem]) -> tuple[Problem, ...]:
    """Drop "too few entries" where the entries are there, but wrong."""
    return tuple(
        problem
        for problem in problems
        if not (
            problem.sentence.startswith(_TOO_FEW)
            and any(other.path.startswith(f"{problem.path}[") for other in problems)
        )
    )


def _path(location: Sequence[int | str]) -> str:
    path = ""
    for part in location:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path[:200]


_TOO_FEW = "must have at least one entry"
_SENTENCES = {
    "missing": "is missing",
    "too_short": _TOO_FEW,
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "unexpected_keyword_argument": "is not known here; check the spelling or remove it",
    "dataclass_type": "must be a mapping of names to values",
    "mapping_type": "must be a mapping of names to values",
    "dict_type": "must be a mapping of names to values",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "none_required": "must be left out",
}


def _problem(item: dict[str, Any]) -> Problem:
    sentence = _SENTENCES.get(item["type"])
    if sentence is None:
        said = str(item["msg"]).removeprefix("Value error, ").replace("Input should", "must")
        sentence = f"{said[:1].lower()}{said[1:]}"
    given = item["input"]
    if isinstance(given, (str, int, float)) and item["type"] not in ("missing", "value_error"):
        sentence += f", not {str(given)[:60]!r}" if "must" in sentence else ""
    return Problem(_path(item["loc"]), sentence)
