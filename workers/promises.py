"""Commands about promises and tickets: performed in the SQL ledger.

Each may be performed twice: ids and ordinals come from the contact, so the second time finds what
the first has written.
"""

from __future__ import annotations

from contextlib import suppress

from telephony.contact import commands as co
from telephony.contact.events import (
    CommandDone,
    CommandFailed,
    Event,
    Problem,
    PromiseCancelled,
    PromiseMoved,
    PromiseTaken,
    PromiseWritten,
    TicketOpened,
)
from telephony.errors import NotFound, RecordBroken, Refused
from telephony.prompts import Prompt, say, speak_time
from telephony.routing.model import written_name
from telephony.routing.promises import customer_zones, promise_window
from telephony.store import ledger
from telephony.twilio.fates import Fate
from workers.task import Task, moment

_MINUTE_MS = 60_000


def write_promise(task: Task, command: co.WritePromise) -> Event:
    """Write the promise; only what this returns may be spoken."""
    window = _window(task, command.department, max(task.now, command.not_before))
    if window is None:
        why = "there is no hour in which this customer may be called back"
        return CommandFailed(task.pending.id, Problem.REFUSED, why)
    _take_over(task, command.department)
    promise = task.contact.promise
    company, contact = task.company, task.contact
    secret = task.services.settings.key_for("promise link")
    written = ledger.write_promise(
        task.services.ledger,
        ledger.NewPromise(
            id=command.promise,
            contact_id=contact.id,
            customer=contact.customer,
            department=command.department,
            language=contact.language,
            zone=customer_zones(contact.customer, company.timezone)[0],
            due_from=window[0],
            due_until=window[1],
            max_attempts=company.promises.max_attempts,
            token=ledger.promise_token(secret, command.promise),
            note=promise.note if promise else "",
            context={
                "path": list(contact.path),
                "by": promise.by if promise else "",
                "agent": promise.agent if promise else "",
            },
        ),
        now=task.now,
    ).promise
    return PromiseWritten(
        task.pending.id, written.id, written.due_from, written.due_until, written.max_attempts
    )


def _take_over(task: Task, department: str) -> None:
    """An older contact's open promise to this customer becomes ours; that contact is told first.

    Telling twice does no harm, and a contact that is gone needs no telling.
    """
    contact = task.contact
    if not contact.customer:
        return
    there = ledger.open_promises(
        task.services.ledger, customer=contact.customer, department=department, limit=1
    )
    for promise in there.items:
        if promise.contact_id != contact.id:
            with suppress(NotFound, RecordBroken):
                task.services.dispatch.apply(promise.contact_id, PromiseTaken(promise.id))


def count_attempt(task: Task, command: co.CountAttempt) -> Event:
    """Count a try that was in vain and find the next time inside the customer's allowed hours."""
    promise = task.contact.promise
    if promise is None or promise.id != command.promise:
        return CommandDone(task.pending.id)
    book, now = task.services.ledger, task.now
    try:
        counted = ledger.count_attempt(book, promise.id, promise.attempts + 1, now=now).promise
        retry_ms = task.company.promises.retry_minutes * _MINUTE_MS
        window = _window(task, promise.department, now + retry_ms)
        if window is not None and counted.attempts < counted.max_attempts:
            counted = ledger.move_promise(
                book, promise.id, due_from=window[0], due_until=window[1], now=now
            )
    except (NotFound, Refused) as error:
        return _not_counted(task, promise.id, error)
    # Without a further hour no further try is possible: all of them count as made.
    attempts = counted.attempts if window is not None else counted.max_attempts
    return PromiseMoved(
        promise.id, counted.due_from, counted.due_until, attempts, command=task.pending.id
    )


def close_promise(task: Task, command: co.ClosePromise) -> Event:
    """Note how the promise ended; if it has ended in another way meanwhile, that stays."""
    state = ledger.PromiseState(command.state)
    try:
        ledger.close_promise(task.services.ledger, command.promise, state, now=task.now)
    except (NotFound, Refused):
        return CommandDone(task.pending.id)
    return CommandDone(task.pending.id)


def confirm_promise(task: Task, command: co.ConfirmPromise) -> Event:
    """Send the customer the message with the link that moves or cancels the promise."""
    company, contact = task.company, task.contact
    promise = contact.promise
    department = company.departments.get(promise.department if promise else contact.department)
    secret = task.services.settings.key_for("promise link")
    text = say(
        contact.language,
        Prompt.SMS_PROMISE,
        wording=company.wording or None,
        company=company.name,
        department=(
            written_name(company, department, contact.language)
            if department
            else contact.department_name
        ),
        when=speak_time(
            contact.language, moment(command.due_from), moment(task.now), company.timezone
        ),
        link=task.urls.promise(ledger.promise_token(secret, command.promise)),
    )
    sender = contact.dialled if contact.dialled.startswith("+") else company.caller_id
    answer = task.services.rest.send_message(contact.customer, text, sender)
    # What may have been sent is not sent again; a number that takes no messages has heard it.
    if answer.fate in {Fate.DONE, Fate.REFUSED, Fate.UNKNOWN, Fate.GONE}:
        return CommandDone(task.pending.id)
    return task.failed(answer)


def open_ticket(task: Task, command: co.OpenTicket) -> Event:
    """Write the ticket: from now on a named human must act."""
    contact = task.contact
    opened = ledger.open_ticket(
        task.services.ledger,
        ledger.NewTicket(
            id=command.ticket,
            contact_id=contact.id,
            customer=contact.customer,
            department=contact.department,
            reason=command.reason,
        ),
        now=task.now,
    )
    return TicketOpened(task.pending.id, opened.id)


def _window(task: Task, department_key: str, at: int) -> tuple[int, int] | None:
    company = task.company
    department = company.departments.get(department_key) or company.departments[company.operator]
    found = promise_window(company, department, task.contact.customer, moment(at))
    if found is None:
        return None
    return int(found.begins.timestamp() * 1000), int(found.ends.timestamp() * 1000)


def _not_counted(task: Task, promise_id: str, error: NotFound | Refused) -> Event:
    """The ledger knows better: the promise was cancelled or kept meanwhile, or is used up."""
    if isinstance(error, Refused) and error.reason == "no_attempts_left":
        promise = ledger.promise(task.services.ledger, promise_id)
        return PromiseMoved(
            promise_id,
            promise.due_from,
            promise.due_until,
            promise.max_attempts,
            command=task.pending.id,
        )
    if isinstance(error, Refused) and error.reason == "promise_closed":
        return PromiseCancelled(promise_id)
    return CommandFailed(task.pending.id, Problem.REFUSED, str(error))
