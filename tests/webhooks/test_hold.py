"""Hold documents: music without a gap, changed news at once, the same news now and then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import pytest

from telephony.contact.events import TransferAsked
from telephony.contact.model import Stage, TransferMode
from telephony.contact.plans import Target, TargetKind
from telephony.store.connection import Line
from telephony.store.ledger import ContactRecord, upsert_contacts
from telephony.twilio import urls
from telephony.twilio.urls import Urls
from tests.webhooks.support import ACCOUNT, OURS, Twilio, call_sid, document, said, verbs

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
AGENT = call_sid(2)


def waiting(twilio: Twilio) -> str:
    """A customer in the room, alone; the address of their hold document."""
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    conference = room.find("Dial/Conference")
    assert conference is not None
    return conference.attrib["waitUrl"]


def next_of(root: ElementTree.Element) -> str:
    redirect = root.find("Redirect")
    assert redirect is not None
    return str(redirect.text)


def transferring(twilio: Twilio) -> tuple[str, str]:
    """An agent has asked for a transfer; the hold addresses of customer and agent."""
    target = waiting(twilio)
    leg = twilio.rung(CONTACT, AGENT, "client:ana")
    twilio.voice(
        f"{urls.RECEIVER}?c={CONTACT}&l={leg.id}", AGENT, To="client:ana", From=OURS,
        Direction="outbound-api",
    )  # fmt: skip
    twilio.joins(CONTACT, CALL, 1)
    twilio.joins(CONTACT, AGENT, 2)
    to = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    contact = twilio.apply(
        CONTACT, TransferAsked("client:ana", to, TransferMode.WARM, "an invoice")
    )
    assert contact.stage is Stage.TRANSFER
    return target, f"{urls.HOLD}?c={CONTACT}&l={leg.id}&n=0"


def test_the_first_round_speaks_at_once_and_then_plays(twilio: Twilio) -> None:
    root = twilio.voice(waiting(twilio), CALL)
    assert verbs(root) == ["Say", "Play", "Redirect"]
    assert "find someone in sales" in said(root).casefold()
    play = root.find("Play")
    assert play is not None
    assert play.text == "https://calls.example.com/sound/hold.wav"


def test_only_verbs_that_a_conference_document_may_hold(twilio: Twilio) -> None:
    target = waiting(twilio)
    for _ in range(6):
        root = twilio.voice(target, CALL)
        assert set(verbs(root)) <= {"Say", "Play", "Pause", "Redirect"}
        assert verbs(root)[-2:] == ["Play", "Redirect"]
        target = next_of(root)


def test_the_music_outlasts_an_outage_of_the_whole_application(twilio: Twilio) -> None:
    play = twilio.voice(waiting(twilio), CALL).find("Play")
    assert play is not None
    assert int(play.attrib["loop"]) * 30 >= 600  # our own music lasts half a minute


def test_news_is_announced_as_words_alone(twilio: Twilio) -> None:
    customer, agent = transferring(twilio)
    news = customer.replace(urls.HOLD, urls.NEWS)
    root = twilio.voice(news, CALL)
    assert verbs(root) == ["Say"]
    assert "You are next. Ana is finding a colleague in Billing" in said(root)
    assert verbs(twilio.voice(agent.replace(urls.HOLD, urls.NEWS), AGENT)) == []


def answered(twilio: Twilio, contacts: int, waited_ms: int) -> None:
    """So many customers have waited so long for sales within the last hour."""
    now = twilio.clock.ms
    rows = [
        ContactRecord(
            id=f"c{number}", customer="+12025550177", dialled=OURS, state="closed", version=9,
            department="sales", started_at=now - 3_600_000, answered_at=now - 3_600_000 + waited_ms,
        )
        for number in range(contacts)
    ]  # fmt: skip
    upsert_contacts(twilio.services.ledger, rows)


def test_whoever_waits_hears_how_long_it_may_still_take_where_it_was_measured(
    twilio: Twilio,
) -> None:
    news = waiting(twilio).replace(urls.HOLD, urls.NEWS)
    twilio.joins(CONTACT, CALL, 1)
    answered(twilio, 4, 240_000)
    assert "The wait" not in said(twilio.voice(news, CALL)), "four are too few to go by"
    answered(twilio, 5, 240_000)
    assert "The wait is now about 4 minutes." in said(twilio.voice(news, CALL))
    twilio.clock.ms += 120_000
    assert "The wait is now about 2 minutes." in said(twilio.voice(news, CALL))
    twilio.clock.ms += 120_000
    assert "The wait" not in said(twilio.voice(news, CALL)), "longer than most: nobody knows"


def test_an_agent_s_news_name_no_wait(twilio: Twilio) -> None:
    customer, _ = transferring(twilio)
    answered(twilio, 9, 240_000)
    assert "The wait" not in said(twilio.voice(customer.replace(urls.HOLD, urls.NEWS), CALL))


def test_what_is_not_known_is_not_announced(twilio: Twilio) -> None:
    assert verbs(twilio.voice(f"{urls.NEWS}?c={'9' * 32}&l=l1", CALL)) == []


def test_music_of_an_unknown_contact_never_leads_out_of_the_room(twilio: Twilio) -> None:
    target = f"{urls.HOLD}?c={'9' * 32}&l=l1&n=0"
    for _ in range(4):
        root = twilio.voice(target, CALL)
        assert verbs(root) == ["Play", "Redirect"]
        target = next_of(root)
    assert urls.HOLD in target


def test_held_staff_hear_music_and_no_news_of_their_own_doing(twilio: Twilio) -> None:
    _, agent = transferring(twilio)
    assert verbs(twilio.voice(agent, AGENT)) == ["Play", "Redirect"]


def test_twilio_may_ask_by_get_as_well(twilio: Twilio) -> None:
    root = document(twilio.get(waiting(twilio), CallSid=CALL))
    assert verbs(root) == ["Say", "Play", "Redirect"]


def test_holding_writes_nothing(twilio: Twilio) -> None:
    target = waiting(twilio)
    before = twilio.contact(CONTACT)
    for _ in range(3):
        twilio.voice(target, CALL)
    assert twilio.contact(CONTACT) == before


def test_the_music_of_a_hold_is_noted_once(twilio: Twilio) -> None:
    """That Twilio asks for it proves that somebody hears it; the news of a hold does not."""
    transferring(twilio)
    held = Urls("").held(CONTACT, "l1").partition("#")[0]
    twilio.joins(CONTACT, CALL, 3, event="hold")
    assert twilio.contact(CONTACT).legs[0].unheard
    assert verbs(twilio.voice(held, CALL)) == ["Say", "Play", "Redirect"]
    noted = twilio.contact(CONTACT)
    assert noted.legs[0].held
    assert not noted.legs[0].unheard
    twilio.voice(held, CALL)
    assert twilio.contact(CONTACT) == noted


def test_noting_the_music_costs_the_one_trip_to_redis_that_reading_costs(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    transferring(twilio)
    trips: list[object] = []
    made = Line.ask

    def counted(line: Line, commands: Sequence[tuple[str | bytes | int, ...]]) -> list[Any]:
        trips.append(commands)
        return made(line, commands)

    monkeypatch.setattr(Line, "ask", counted)
    twilio.voice(Urls("").held(CONTACT, "l1").partition("#")[0], CALL)
    assert len(trips) == 1


def test_an_unknown_contact_keeps_the_caller_on_the_line_and_then_begins_anew(
    twilio: Twilio,
) -> None:
    target = f"{urls.CUSTOMER}?c={'9' * 32}&l=l1"
    words = []
    for _ in range(3):
        root = twilio.voice(target, CALL)
        words.append(said(root))
        assert verbs(root)[-2:] == ["Play", "Redirect"]
        target = next_of(root)
    assert [bool(word) for word in words] == [True, False, False]
    assert target == "https://calls.example.com/twilio/voice/incoming"
    assert twilio.voice(target, CALL).find("Gather") is not None


def test_a_receiver_of_an_unknown_contact_never_becomes_a_customer(twilio: Twilio) -> None:
    target = f"{urls.RECEIVER}?c={'9' * 32}&l=l1"
    for _ in range(5):
        root = twilio.voice(target, CALL, Direction="outbound-api", From=OURS)
        target = next_of(root)
    assert urls.RECEIVER in target
    assert not twilio.services.live.stages()


def test_the_fallback_plays_and_leads_back_to_what_failed(twilio: Twilio) -> None:
    failed = f"https://calls.example.com{urls.CUSTOMER}?c={CONTACT}&l=l1"
    root = twilio.voice(urls.FALLBACK, CALL, ErrorUrl=failed, ErrorCode="11200")
    assert verbs(root) == ["Say", "Play", "Redirect"]
    assert next_of(root) == failed


def test_the_fallback_never_leads_to_a_stranger_or_in_a_circle(twilio: Twilio) -> None:
    base = "https://calls.example.com"
    for failed in (
        "https://evil.example/x",
        base + ".evil.example/twilio/voice/x",
        base + urls.FALLBACK,
        "",
    ):
        root = twilio.voice(urls.FALLBACK, CALL, ErrorUrl=failed)
        assert next_of(root) == base + urls.INCOMING


def test_the_music_is_ours_and_may_be_kept(twilio: Twilio) -> None:
    for path, seconds in ((urls.MUSIC, 30), (urls.SHORT_MUSIC.partition("#")[0], 10)):
        answer = twilio.client.get(path)
        assert answer.status_code == 200
        assert answer.content_type in ("audio/x-wav", "audio/wav", "audio/vnd.wave")
        assert "max-age" in answer.headers["Cache-Control"]
        assert len(answer.data) == seconds * 8000 + 58
    assert ACCOUNT
    static = twilio.client.get("/sound/fallback.xml")
    root = ElementTree.fromstring(static.data)
    assert verbs(root) == ["Say", "Say", "Play", "Redirect"]
