"""The page of states, made from the core's own tables: ``python -m warmline.docs_made``.

Stages, legs and answers are read from the tables; the arrows between stages, and between the states
of a hunt and of a transfer, are those that the short walks of ``check-model`` have really gone. A
test fails when the committed page is another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.legs import LEG_TABLE, News
from telephony.contact.machine import STAGES, TABLE, late, step
from telephony.contact.model import LegState, Stage, TransferMode, TransferState
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from telephony.contact.timing import LEG_LIMITS, STAGE_LIMITS
from telephony.contact.transfers import ASKS, on_ask
from warmline.check_model import short_walks
from warmline.walk.search import START, Walk, talking

PAGE = Path(__file__).parents[1] / "docs" / "states.md"

HEAD = """# States

Made from the tables of `telephony/contact` by `make docs`; do not edit. How the machines work
together stands at the top of `telephony/contact/machine.py`; `warmline check-model` walks through
them.
"""


def page(walks: dict[str, Walk]) -> str:
    """The whole page, as Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            HEAD,
            "## Where the customer stands\n",
            _diagram(_moves(walks, "stage")),
            _stages(),
            "## Every event in every stage\n",
            "`x` handled, `·` late (changes nothing), `-` refused with a typed reason.\n",
            _events(),
            "## One phone call (leg)\n",
            _diagram(_leg_moves()),
            _legs(),
            "## Ringing a department or a person (hunt)\n",
            _diagram(_moves(walks, "hunt")),
            "## A transfer\n",
            _diagram(_moves(walks, "transfer")),
            "What the agent asks, by the state of the transfer:\n",
            _asks(),
        ]
    )


def _moves(walks: dict[str, Walk], machine: str) -> set[tuple[str, str]]:
    return set().union(*(found.moves.get(machine, set()) for found in walks.values()))


def _diagram(moves: Iterable[tuple[str, str]]) -> str:
    arrows = "\n".join(f"    {was} --> {now}" for was, now in sorted(moves))
    return f"```mermaid\nstateDiagram-v2\n{arrows}\n```\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _seconds(limit: int | None) -> str:
    return f"{limit // 1000} s" if limit else ""


def _stages() -> str:
    rows = [
        [f"`{stage}`", facts.on_line, facts.hears, _seconds(STAGE_LIMITS.get(stage))]
        for stage, facts in STAGES.items()
    ]
    return _table(["stage", "on the line", "what they hear", "at most"], rows)


def _events() -> str:
    rows = []
    for kind, row in TABLE.items():
        rows.append([f"`{kind.__name__}`", *(_mark(row[stage]) for stage in Stage)])
    return _table(["event", *(stage.value for stage in Stage)], rows)


def _mark(handler: object) -> str:
    if handler is late:
        return "·"
    return "-" if getattr(handler, "__name__", "") == "refused" else "x"


def _leg_moves() -> set[tuple[str, str]]:
    return {
        (state.value, goal.value)
        for state, row in LEG_TABLE.items()
        for goal in row.values()
        if goal is not None and goal is not state
    }


def _legs() -> str:
    rows = []
    for state in LegState:
        goals = [LEG_TABLE[state][news] for news in News]
        cells = ["·" if goal is None else "stays" if goal is state else goal for goal in goals]
        rows.append([f"`{state}`", *cells, _seconds(LEG_LIMITS.get(state))])
    return _table(["leg", *(news.value for news in News), "at most"], rows)


def _asks() -> str:
    kinds = list(ASKS)
    rows = [[f"`{state}`", *(_answer(kind, state) for kind in kinds)] for state in TransferState]
    return _table(["transfer", *(kind.__name__.removesuffix("Asked") for kind in kinds)], rows)


def _answer(kind: type[ev.Event], state: TransferState) -> str:
    target = Target(TargetKind.DEPARTMENT, "billing")
    asked = ev.TransferAsked("client:ana", target, TransferMode.WARM)
    contact = step(talking(), asked, START).contact
    transfer = replace(contact.transfers[-1], state=state)
    contact = replace(contact, transfers=(transfer,))
    try:
        after = on_ask(contact, kind(transfer.id), START)  # type: ignore[arg-type, call-arg]
    except Refused as refused:
        return f"no: {refused.reason}"
    return f"-> {after.transfers[-1].state}"


if __name__ == "__main__":
    PAGE.write_text(page(short_walks()), encoding="utf-8")
