"""What happened in a stretch of time, from the ledger, and whom nobody will act for any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from console.wallboard.calendar import Slot
from console.wallboard.shapes import ReportRowOut, TodayOut
from telephony.store import ledger
from telephony.store.ledger import Bucket, ContactReport, PromiseReport

if TYPE_CHECKING:
    from telephony.bootstrap import Services

# What the journal has not copied yet is not missing: only contacts older than this are looked for.
SETTLED_MS = 60_000
# These ends of a transfer say nothing of whether it worked: it goes on, or the agent thought again.
UNDECIDED = frozenset({"open", "cancelled"})

Counts = dict[str, int]


def by_department(
    services: Services, since: int, until: int
) -> tuple[TodayOut, dict[str, TodayOut]]:
    """The whole company, and each department ('' for contacts that never chose one)."""
    book, now = services.ledger, services.clock.now_ms()
    contacts = ledger.contact_report(book, since=since, until=until)
    passed = ledger.transfers_by_department(book, since=since, until=until)
    promised = ledger.promise_report(book, since=since, until=until, now=now)
    counts: dict[str, Counter[str]] = {}
    for report in contacts:
        counts.setdefault(report.department or "", Counter()).update(_of_contacts(report))
    for department, outcomes in passed.items():
        counts.setdefault(department or "", Counter()).update(_of_transfers(outcomes))
    for promise in promised:
        counts.setdefault(promise.department, Counter()).update(_of_promises(promise))
    for began, department in adrift(services).values():
        if since <= began < until:
            counts.setdefault(department, Counter())["lost"] += 1
    longest = {each.department or "": each.longest_answer_ms for each in contacts}
    rows = {name: shown(found, longest.get(name)) for name, found in counts.items()}
    known = [value for value in longest.values() if value is not None]
    return shown(_sum(counts.values()), max(known, default=None)), rows


def adrift(services: Services) -> dict[str, tuple[int, str]]:
    """Contacts that have not ended and that nobody will act for: when each began, and where.

    The history says that they are open, the live store does not know them (or their record was set
    aside), and there is no ticket.
    """
    before = services.clock.now_ms() - SETTLED_MS
    opened = ledger.open_in_history(services.ledger, before=before)
    if not opened:
        return {}
    known = services.live.stages()
    unknown = [name for name in opened if name not in known]
    there = {contact.id for contact in services.live.contacts(unknown)}
    return {name: opened[name] for name in unknown if name not in there}


def series(
    services: Services, slots: Sequence[Slot], department: str | None
) -> tuple[TodayOut, list[ReportRowOut]]:
    """One row a slot, and the total. Slots must follow one another without a gap."""
    edges = [*(slot.since for slot in slots), slots[-1].until]
    buckets = ledger.report_series(services.ledger, edges, department=department)
    counts = [Counter(_of_bucket(bucket)) for bucket in buckets]
    rows = [row(slot, shown(found)) for slot, found in zip(slots, counts, strict=True)]
    return shown(_sum(counts)), rows


def row(slot: Slot, today: TodayOut) -> ReportRowOut:
    """A row of a report."""
    where = {"label": slot.label, "key": slot.key, "since": slot.since, "until": slot.until}
    return ReportRowOut.model_validate({**where, **today.model_dump()})


def shown(counts: Mapping[str, int], longest_ms: int | None = None) -> TodayOut:
    """The numbers with their shares."""
    some = Counter(counts)
    decided = some["offered"] - some["open"]
    return TodayOut(
        offered=some["offered"],
        answered=some["answered"],
        answered_in_time=some["answered_in_time"],
        abandoned=some["abandoned"],
        open=some["open"],
        service_level=_share(some["answered_in_time"], decided),
        average_answer_ms=some["answer_ms"] // some["answered"] if some["answered"] else None,
        longest_answer_ms=longest_ms,
        transfers=some["transfers"],
        transfers_completed=some["transfers_completed"],
        transfer_success=_share(some["transfers_completed"], some["transfers_decided"]),
        attempts=some["attempts"],
        unanswered=some["unanswered"],
        no_answer_share=_share(some["unanswered"], some["attempts"]),
        promises=some["promises"],
        promises_kept=some["promises_kept"],
        promises_kept_on_time=some["promises_kept_on_time"],
        promises_on_time_share=_share(some["promises_kept_on_time"], some["promises_decided"]),
        resolved_first=some["resolved_first"],
        resolved_first_share=_share(some["resolved_first"], some["answered"]),
        lost=some["lost"],
    )


def _of_contacts(report: ContactReport) -> Counts:
    return {
        "offered": report.offered,
        "answered": report.answered,
        "answered_in_time": report.answered_in_time,
        "abandoned": report.abandoned,
        "open": report.open,
        "answer_ms": (report.average_answer_ms or 0) * report.answered,
        "attempts": report.attempts,
        "unanswered": report.unanswered,
        "resolved_first": report.resolved_first,
        "lost": report.lost,
    }


def _of_transfers(outcomes: Mapping[str, int]) -> Counts:
    return {
        "transfers": sum(outcomes.values()),
        "transfers_completed": outcomes.get("completed", 0),
        "transfers_decided": sum(n for name, n in outcomes.items() if name not in UNDECIDED),
    }


def _of_promises(report: PromiseReport) -> Counts:
    # A customer who called again or wanted no call does not count for or against us.
    settled = report.kept + report.states.get("ticketed", 0)
    return {
        "promises": report.due,
        "promises_kept": report.kept,
        "promises_kept_on_time": report.kept_on_time,
        "promises_decided": settled,
    }


def _of_bucket(bucket: Bucket) -> Counts:
    return {
        "offered": bucket.offered,
        "answered": bucket.answered,
        "answered_in_time": bucket.answered_in_time,
        "abandoned": bucket.abandoned,
        "open": bucket.open,
        "answer_ms": (bucket.average_answer_ms or 0) * bucket.answered,
        "attempts": bucket.attempts,
        "unanswered": bucket.unanswered,
        "resolved_first": bucket.resolved_first,
        "lost": bucket.lost,
        "transfers": bucket.transfers,
        "transfers_completed": bucket.transfers_completed,
        "transfers_decided": bucket.transfers_decided,
        "promises": bucket.promises,
        "promises_kept": bucket.promises_kept,
        "promises_kept_on_time": bucket.promises_kept_on_time,
        "promises_decided": bucket.promises_decided,
    }


def _sum(parts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
