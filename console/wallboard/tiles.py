"""Which numbers the pages show, in this order: said once for the board, the kiosk and the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """One number. `path` is its place in a row of the board; `level` the name of its threshold;
    `figure` leads to the contacts behind it; `also` is the place of a second number, shown before
    `about`."""

    path: str
    label: str
    form: str
    level: str = ""
    figure: str = ""
    about: str = ""
    also: str = ""


NOW = (
    Tile("live.in_menu", "In the menu", "count", "", "live", "choosing"),
    Tile("live.waiting", "Waiting", "count", "waiting", "live", "without a person"),
    Tile("live.longest_wait_ms", "Longest wait", "time", "longest_wait_ms", "live", "for a person"),
    Tile("live.on_hold", "On hold", "count", "", "live", "by their agent", "live.held_by_agent"),
    Tile(
        "live.longest_hold_ms", "Longest hold", "time", "longest_hold_ms", "live", "of a customer"
    ),
    Tile("live.ringing", "Ringing", "count", "", "live", "phones of ours"),
    Tile("live.talking", "Talking", "count", "", "live", "with a person"),
    Tile("agents.available", "Free", "count", "", "", "people who say so"),
    Tile("live.promises_due", "Promises due", "count", "", "", "to be called now"),
    Tile("live.promises_overdue", "Overdue", "count", "promises_overdue", "", "promises"),
)
_SHOWN_OF_DEPARTMENTS = (
    "live.waiting",
    "live.longest_wait_ms",
    "live.ringing",
    "live.on_hold",
    "live.promises_due",
    "live.promises_overdue",
)
DEPARTMENT = tuple(next(one for one in NOW if one.path == path) for path in _SHOWN_OF_DEPARTMENTS)
TODAY = (
    Tile("today.offered", "Offered", "count", "", "offered", "contacts"),
    Tile("today.answered", "Answered", "count", "", "answered", "by a person"),
    Tile("today.abandoned", "Abandoned", "count", "abandoned_share", "abandoned", "left waiting"),
    Tile(
        "today.service_level",
        "Service level",
        "share",
        "service_level",
        "answered_late",
        "within 20 s",
    ),
    Tile(
        "today.average_answer_ms",
        "Speed of answer",
        "time",
        "average_answer_ms",
        "answered",
        "on average",
    ),
    Tile("today.longest_answer_ms", "Slowest answer", "time", "", "answered_late", "today"),
    Tile(
        "today.transfer_success",
        "Transfers kept",
        "share",
        "transfer_success",
        "transferred",
        "completed",
    ),
    Tile(
        "today.no_answer_share",
        "Rang in vain",
        "share",
        "no_answer_share",
        "unanswered",
        "of phones rung",
    ),
    Tile(
        "today.promises_on_time_share", "Promises", "share", "promises_on_time_share", "", "on time"
    ),
    Tile("today.resolved_first_share", "First contact", "share", "", "resolved_first", "resolved"),
)
LOST = Tile("today.lost", "Customers lost", "count", "lost", "lost", "target 0")

FIGURES = (
    ("live", "Live now"),
    ("offered", "Offered"),
    ("answered", "Answered"),
    ("answered_in_time", "Answered in time"),
    ("answered_late", "Answered late"),
    ("abandoned", "Abandoned"),
    ("open", "Not answered yet"),
    ("resolved_first", "Resolved at first contact"),
    ("transferred", "Passed on"),
    ("unanswered", "Somebody was rung in vain"),
    ("promised", "Promise kept"),
    ("ticketed", "Became a ticket"),
    ("lost", "Customers lost"),
)
