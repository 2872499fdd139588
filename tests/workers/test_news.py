"""What is new is announced to those who wait: when it changes, and again now and then."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from telephony.contact.events import DepartmentChosen, RoomJoined
from telephony.contact.model import Hunt, HuntPurpose, HuntState
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from telephony.twilio.fates import Answer, Fate
from telephony.twilio.rest import Rest
from tests.workers.desk import CALL, ID, Desk
from workers.news import AGAIN_MS, Told, tell

ROOM = "CF" + "0" * 32


class Ear:
    """Twilio's side of announcements."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.fate = Fate.DONE

    def announce(self, room: str, call: str, url: str) -> Answer[None]:
        assert (room, call) == (ROOM, CALL)
        self.heard.append(url)
        return Answer(self.fate)


def waiting(desk: Desk) -> tuple[Any, Ear, Told]:
    desk.begin()
    desk.services.dispatch.apply(ID, DepartmentChosen("billing", "Billing", "en", ()))
    desk.services.dispatch.apply(ID, RoomJoined(CALL, ROOM, 1))
    ear = Ear()
    services = dataclasses.replace(desk.services, rest=cast(Rest, ear))
    told = Told()
    tell(services, told)
    assert ear.heard == []  # the hold document has said it
    return services, ear, told


def test_the_same_news_is_told_again_only_now_and_then(desk: Desk) -> None:
    services, ear, told = waiting(desk)
    desk.clock.now += AGAIN_MS - 1
    tell(services, told)
    assert ear.heard == []
    desk.clock.now += 1
    tell(services, told)
    tell(services, told)
    assert len(ear.heard) == 1
    assert f"/twilio/voice/news?c={ID}" in ear.heard[0]


def test_changed_news_is_told_at_once_and_again_while_twilio_is_in_trouble(desk: Desk) -> None:
    services, ear, told = waiting(desk)
    contact = services.live.load(ID).contact
    target = Target(TargetKind.AGENT, "ana", "Ana")
    returning = Hunt("h9", HuntPurpose.RETURN, target, HuntState.RINGING, desk.clock.now)
    desk.put(contact, hunt=returning)
    ear.fate = Fate.TEMPORARY
    tell(services, told)
    ear.fate = Fate.DONE
    tell(services, told)
    tell(services, told)
    assert len(ear.heard) == 2


def test_who_talks_is_not_interrupted(desk: Desk) -> None:
    services, ear, told = waiting(desk)
    contact = services.live.load(ID).contact
    other = replace(contact.legs[0], id="l9", call="CA9")
    desk.put(contact, legs=(*contact.legs, other))
    desk.clock.now += 2 * AGAIN_MS
    tell(services, told)
    assert ear.heard == []
