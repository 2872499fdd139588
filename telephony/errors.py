"""Errors that say what to do next.

Every error that a person or a program may meet descends from `WarmlineError` and carries one
clear sentence (`str(error)`) and a second one that says what to do (`what_to_do`). The command
line prints both and leaves with exit code 2; the API turns them into problem details.
"""

from __future__ import annotations


class WarmlineError(Exception):
    """The root of all errors that Warmline raises on purpose.

    `what_to_do` is a sentence for whoever meets the error; a subclass gives the usual one and
    the place that raises may give a better one.
    """

    what_to_do: str = "Run `warmline doctor`; it looks at every part and says what is wrong."

    def __init__(self, message: str, *, what_to_do: str | None = None) -> None:
        super().__init__(message)
        if what_to_do is not None:
            self.what_to_do = what_to_do


class SettingsError(WarmlineError):
    """The settings cannot be used. `problems` names each variable and what is wrong with it."""

    what_to_do = "Correct the named variables in the environment and start again."

    def __init__(
        self, message: str, *, problems: tuple[str, ...] = (), what_to_do: str | None = None
    ) -> None:
        super().__init__(message, what_to_do=what_to_do)
        self.problems = problems


class StoreUnavailable(WarmlineError):
    """Redis or the SQL database did not answer, or answered that it cannot work now."""

    what_to_do = "Try again in a moment; if it stays, run `warmline doctor`."


class Conflict(WarmlineError):
    """Somebody else changed the same thing first. Nothing was written."""

    what_to_do = "Read the present state and decide again."


class NotFound(WarmlineError):
    """There is no such thing, or the asker may not know of it."""

    what_to_do = "Check the id; it may belong to something that has ended."


class RecordBroken(WarmlineError):
    """The record of a contact could not be read. It was set aside for somebody to look into."""

    what_to_do = "A ticket is opened; the record is kept under wl:corrupt:<contact id>."

    def __init__(self, contact_id: str, why: str) -> None:
        super().__init__(f"The record of contact {contact_id} was set aside: {why}")
        self.contact_id = contact_id


class Refused(WarmlineError):
    """What was asked cannot be done now. `reason` is a stable word that programs may compare."""

    what_to_do = "Look at the present state, then choose something that it allows."

    def __init__(self, reason: str, message: str = "", *, what_to_do: str | None = None) -> None:
        super().__init__(message or reason.replace("_", " "), what_to_do=what_to_do)
        self.reason = reason


class BadInput(WarmlineError):
    """A value that was given cannot be used. `field` names it, `problem` says why."""

    what_to_do = "Correct the named field and send it again."

    def __init__(self, field: str, problem: str, *, what_to_do: str | None = None) -> None:
        super().__init__(f"{field}: {problem}", what_to_do=what_to_do)
        self.field = field
        self.problem = problem
