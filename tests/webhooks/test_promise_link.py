"""The link in the text message: look, move, cancel."""

from __future__ import annotations

import re

import pytest

from telephony.contact.commands import WritePromise
from telephony.contact.events import PromiseWritten
from telephony.contact.model import ContactOutcome, Stage
from telephony.contact.model import PromiseState as LiveState
from telephony.store.ledger import (
    NewPromise,
    PromiseState,
    promise,
    promise_token,
    write_promise,
)
from tests.webhooks.support import CUSTOMER, Twilio, call_sid

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
HOUR = 3_600_000


@pytest.fixture
def link(twilio: Twilio) -> tuple[str, str]:
    """A customer with an open promise who hung up: the link's path and the promise's id."""
    twilio.clock.ms += 10 * HOUR  # nine in the evening: Returns is closed
    orders = twilio.press(twilio.rings(CALL), CALL, "4")
    twilio.press(twilio.press(orders, CALL, "2"), CALL, "1")
    [(command_id, command)] = [
        one for one in twilio.take(CONTACT) if isinstance(one[1], WritePromise)
    ]
    assert isinstance(command, WritePromise)
    due = twilio.clock.ms + 12 * HOUR
    token = promise_token(twilio.services.settings.key_for("promise link"), command.promise)
    new = NewPromise(
        id=command.promise,
        contact_id=CONTACT,
        customer=CUSTOMER,
        department="returns",
        language="en",
        zone="America/New_York",
        due_from=due,
        due_until=due + HOUR,
        max_attempts=3,
        token=token,
    )
    write_promise(twilio.services.ledger, new, now=twilio.clock.ms)
    twilio.apply(CONTACT, PromiseWritten(command_id, command.promise, due, due + HOUR, 3))
    twilio.status("/twilio/status/call", CALL, "completed", 1)
    assert twilio.contact(CONTACT).stage is Stage.PROMISED
    return f"/p/{token}", command.promise


def test_the_page_says_when_and_offers_other_times(twilio: Twilio, link: tuple[str, str]) -> None:
    page = twilio.client.get(link[0])
    assert page.status_code == 200
    assert "Returns will call you tomorrow at 9:00 AM" in page.text.replace("returns", "Returns")
    assert 'value="cancel"' in page.text
    assert len(re.findall(r'name="at" value="(\d+)"', page.text)) >= 2
    assert CUSTOMER not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_looking_changes_nothing(twilio: Twilio, link: tuple[str, str]) -> None:
    before = twilio.contact(CONTACT)
    for _ in range(3):
        twilio.client.get(link[0])
        twilio.client.head(link[0])
    assert twilio.contact(CONTACT) == before


def test_another_time_is_kept_in_the_ledger_and_by_the_contact(
    twilio: Twilio, link: tuple[str, str]
) -> None:
    path, promise_id = link
    offered = re.findall(r'name="at" value="(\d+)"', twilio.client.get(path).text)
    answer = twilio.client.post(path, data={"do": "move", "at": offered[-1]})
    assert answer.status_code == 303
    assert answer.headers["Location"] == path
    assert promise(twilio.services.ledger, promise_id).due_from == int(offered[-1])
    kept = twilio.contact(CONTACT).promise
    assert kept is not None
    assert kept.due_from == int(offered[-1])


@pytest.mark.parametrize("at", ["", "0", "-1", "99999999999999", "x", "1e9", "٣", "²"])
def test_a_time_that_was_not_offered_changes_nothing(
    twilio: Twilio, link: tuple[str, str], at: str
) -> None:
    before = promise(twilio.services.ledger, link[1])
    twilio.client.post(link[0], data={"do": "move", "at": at})
    assert promise(twilio.services.ledger, link[1]) == before


def test_a_time_outside_of_the_allowed_hours_changes_nothing(
    twilio: Twilio, link: tuple[str, str]
) -> None:
    before = promise(twilio.services.ledger, link[1])
    night = before.due_from - 6 * HOUR
    twilio.client.post(link[0], data={"do": "move", "at": str(night)})
    assert promise(twilio.services.ledger, link[1]) == before


def test_an_allowed_hour_too_far_ahead_changes_nothing(
    twilio: Twilio, link: tuple[str, str]
) -> None:
    before = promise(twilio.services.ledger, link[1])
    for days, moved in ((52 * 7, False), (7, True)):
        at = before.due_from + days * 24 * HOUR
        twilio.client.post(link[0], data={"do": "move", "at": str(at)})
        assert (promise(twilio.services.ledger, link[1]) != before) is moved


def test_cancelling_ends_promise_and_contact_once(twilio: Twilio, link: tuple[str, str]) -> None:
    path, promise_id = link
    for _ in range(2):
        assert twilio.client.post(path, data={"do": "cancel"}).status_code == 303
    assert promise(twilio.services.ledger, promise_id).state is PromiseState.CANCELLED
    contact = twilio.contact(CONTACT)
    assert contact.outcome is ContactOutcome.RESOLVED
    assert contact.promise is not None
    assert contact.promise.state is LiveState.CANCELLED
    assert "Your callback is cancelled" in twilio.client.get(path).text


def test_moving_a_cancelled_promise_changes_nothing(twilio: Twilio, link: tuple[str, str]) -> None:
    path, promise_id = link
    offered = re.findall(r'name="at" value="(\d+)"', twilio.client.get(path).text)
    twilio.client.post(path, data={"do": "cancel"})
    assert twilio.client.post(path, data={"do": "move", "at": offered[0]}).status_code == 303
    assert promise(twilio.services.ledger, promise_id).state is PromiseState.CANCELLED


@pytest.mark.parametrize("token", ["x", "A" * 27, "A" * 500, "%00", "<script>", "a/b"])
def test_an_unknown_link_is_a_kind_404(twilio: Twilio, token: str) -> None:
    for answer in (twilio.client.get(f"/p/{token}"), twilio.client.post(f"/p/{token}")):
        assert answer.status_code == 404
        assert "<script>" not in answer.text
