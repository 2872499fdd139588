"""From the first ring through the menu into the room."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.contact.events import LegEnded
from telephony.contact.model import Ending, Question, Stage
from telephony.dispatch import Dispatch
from telephony.errors import StoreUnavailable
from telephony.store.ledger import Ledger, Role, add_user, set_enabled
from telephony.store.live import Live
from telephony.twilio import urls
from tests.webhooks.support import (
    Twilio,
    action_of,
    call_sid,
    query_of,
    said,
    verbs,
)
from webhooks import people

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]


def test_a_caller_hears_greeting_and_menu_and_can_press_or_speak(twilio: Twilio) -> None:
    asked = twilio.rings(CALL)
    assert "Thank you for calling Harbor Supplies" in said(asked)
    gather = asked.find("Gather")
    assert gather is not None
    assert gather.attrib["input"] == "dtmf speech"
    assert "sales" in gather.attrib["hints"].casefold()
    assert gather.attrib["action"].startswith("https://calls.example.com/twilio/voice/menu?")
    assert twilio.contact(CONTACT).stage is Stage.MENU


def test_silence_falls_through_to_the_same_question(twilio: Twilio) -> None:
    asked = twilio.rings(CALL)
    assert verbs(asked) == ["Gather", "Redirect"]
    redirect = asked.find("Redirect")
    assert redirect is not None
    again = twilio.voice(str(redirect.text), CALL)
    assert "did not hear anything" in said(again)
    assert query_of(action_of(again))["tries"] == "1"


def test_a_key_leads_into_the_room_with_hold_music_and_every_callback(twilio: Twilio) -> None:
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    contact = twilio.contact(CONTACT)
    assert contact.stage is Stage.SEEKING
    assert contact.department == "sales"
    conference = room.find("Dial/Conference")
    dial = room.find("Dial")
    assert conference is not None
    assert dial is not None
    assert conference.text == contact.room
    leg = contact.legs[0]
    assert conference.attrib["participantLabel"] == leg.id
    assert conference.attrib["endConferenceOnExit"] == "false"
    assert conference.attrib["startConferenceOnEnter"] == "true"
    assert conference.attrib["beep"] == "false"
    assert conference.attrib["waitUrl"].endswith(f"/twilio/voice/hold?c={CONTACT}&l={leg.id}&n=0")
    assert f"/twilio/status/room?c={CONTACT}" in conference.attrib["statusCallback"]
    assert set(conference.attrib["statusCallbackEvent"].split()) >= {
        "start", "end", "join", "leave", "hold",
    }  # fmt: skip
    assert dial.attrib["action"].startswith("https://calls.example.com/twilio/voice/customer?")


def test_a_spoken_word_chooses_and_changes_the_language(twilio: Twilio) -> None:
    asked = twilio.rings(CALL)
    room = twilio.voice(action_of(asked), CALL, SpeechResult="Ventas, por favor.")
    contact = twilio.contact(CONTACT)
    assert contact.department == "sales"
    assert contact.language == "es"
    say = room.find("Say")
    assert say is not None
    assert say.attrib["language"] == "es-US"


def test_a_wrong_key_is_asked_again_and_the_caller_is_never_hung_up_on(twilio: Twilio) -> None:
    asked = twilio.rings(CALL)
    for _ in range(2):
        asked = twilio.press(asked, CALL, "7")
        assert "did not understand" in said(asked)
        assert asked.find("Hangup") is None
    led = twilio.press(asked, CALL, "7")
    assert led.find("Dial/Conference") is not None
    assert twilio.contact(CONTACT).department == "support"


def test_the_same_webhook_twice_is_one_contact_and_the_same_words(twilio: Twilio) -> None:
    first, second = twilio.rings(CALL), twilio.rings(CALL)
    assert said(first) == said(second)
    assert list(twilio.services.live.stages()) == [CONTACT]
    room = twilio.press(first, CALL, "1")
    version = twilio.contact(CONTACT).version
    again = twilio.press(first, CALL, "1")
    assert twilio.contact(CONTACT).version == version
    assert again.find("Dial/Conference") is not None
    assert room.find("Dial/Conference") is not None


def test_a_late_key_of_another_choice_does_not_move_a_customer_who_is_in_the_room(
    twilio: Twilio,
) -> None:
    asked = twilio.rings(CALL)
    twilio.press(asked, CALL, "1")
    late = twilio.press(asked, CALL, "2")
    assert twilio.contact(CONTACT).department == "sales"
    assert late.find("Dial/Conference") is not None


def test_a_number_of_a_department_leads_straight_to_it_after_the_greeting(twilio: Twilio) -> None:
    room = twilio.rings(CALL, To="+12025550101")
    assert verbs(room)[-1] == "Dial"
    assert "Thank you for calling" in said(room)
    assert twilio.contact(CONTACT).department == "sales"
    again = twilio.rings(CALL, To="+12025550101")
    assert again.find("Dial/Conference") is not None


def test_a_closed_department_offers_what_is_possible_instead_of_ringing(twilio: Twilio) -> None:
    twilio.clock.ms += 14 * 3_600_000  # one in the morning
    orders = twilio.press(twilio.rings(CALL), CALL, "4")
    asked = twilio.press(orders, CALL, "2")
    contact = twilio.contact(CONTACT)
    assert contact.stage is Stage.CHOOSING
    assert contact.question is Question.CLOSED
    assert "closed now and opens again today at 9:00" in said(asked)
    assert "press 1" in said(asked)
    assert "press 2" in said(asked)


@pytest.mark.parametrize("withheld", ["", "anonymous", "Restricted", "+266696687"])
def test_a_withheld_number_is_no_number(twilio: Twilio, withheld: str) -> None:
    twilio.rings(CALL, From=withheld)
    assert twilio.contact(CONTACT).customer == ""


def test_a_browser_that_dials_out_reaches_the_menu(twilio: Twilio) -> None:
    asked = twilio.voice("/twilio/voice/softphone", CALL, From="client:ana", To="")
    assert asked.find("Gather") is not None
    assert twilio.contact(CONTACT).customer == "client:ana"


def test_the_browser_of_somebody_who_was_shut_out_dials_nobody(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = twilio.services.ledger
    add_user(book, "ana", Role.AGENT, "correct horse", now=1)
    set_enabled(book, "ana", False)
    refused = twilio.voice("/twilio/voice/softphone", CALL, From="client:ana", To="")
    assert verbs(refused) == ["Reject"]
    assert twilio.services.live.find_call(CALL) is None
    # While nobody can be asked, nobody is turned away: it may be a customer who waits.
    monkeypatch.setattr(people, "is_shut_out", unavailable)
    asked = twilio.voice("/twilio/voice/softphone", CALL, From="client:ana", To="")
    assert asked.find("Gather") is not None


def unavailable(ledger: Ledger, identity: str) -> bool:
    raise StoreUnavailable("The database does not answer.")


def test_the_busiest_documents_need_one_round_trip_when_the_contact_is_known_and_else_two(
    twilio: Twilio, trips: list[str]
) -> None:
    asked = twilio.rings(CALL)
    trips.clear()
    twilio.press(asked, CALL, "1")
    assert len(trips) == 1
    hold = f"/twilio/voice/hold?c={CONTACT}&l={twilio.contact(CONTACT).legs[0].id}&n=0"
    trips.clear()
    twilio.voice(hold, CALL)
    assert len(trips) == 1
    trips.clear()
    twilio.joins(CONTACT, CALL, 1)
    assert len(trips) == 1
    elsewhere = Live.at(twilio.services.settings.redis_url)
    ended = LegEnded("", CALL, Ending.HUNG_UP)
    Dispatch(elsewhere, twilio.services.clock.now_ms).apply(CONTACT, ended)
    elsewhere.close()
    trips.clear()
    twilio.joins(CONTACT, CALL, 2, "hold")
    assert len(trips) == 1  # the commit brought what is there: it is late


@pytest.fixture
def trips(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the live store asks Redis something, in whatever way."""
    client = twilio.services.live._redis
    taken: list[str] = []

    def counted(ask: Any) -> Any:
        def counting(*args: Any, **kwargs: Any) -> Any:
            taken.append("trip")
            return ask(*args, **kwargs)

        return counting

    monkeypatch.setattr(client, "exchange", counted(client.exchange))
    pool = client.connection_pool
    monkeypatch.setattr(pool, "get_connection", counted(pool.get_connection))
    return taken


def test_a_phone_that_we_rang_is_never_taken_for_a_new_customer(twilio: Twilio) -> None:
    """The static fallback leads everybody here, also a receiver whose contact is lost."""
    root = twilio.voice(urls.INCOMING, call_sid(9), To="client:ana", Direction="outbound-api")
    assert verbs(root) == ["Say", "Play", "Redirect"]
    assert not twilio.services.live.stages()


def test_what_nobody_knows_is_asked_for_and_rebuilt(twilio: Twilio) -> None:
    unknown = "9" * 32
    twilio.voice(f"{urls.CUSTOMER}?c={unknown}&l=l1", call_sid(9))
    assert twilio.services.live.asked_for() == {unknown}
    assert twilio.services.live.asked_for() == set()
