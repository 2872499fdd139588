"""What can be wrong with a company's routing."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.errors import WarmlineError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: `departments.billing.members[1].address`."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path or 'the file'}: {self.sentence}"


class RoutingInvalid(WarmlineError):
    """A routing that cannot be used. `problems` lists everything that was found, in file order."""

    what_to_do = "Correct the named places and check again with `warmline routing lint FILE`."

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"The routing has {count}: " + "; ".join(map(str, problems[:20])))
        self.problems = problems
