"""Redis is away, slow or full: callers hear music that comes back to ask, within three seconds."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from telephony.bootstrap import Services
from telephony.dispatch import Dispatch
from telephony.embedded import EmbeddedRedis
from telephony.store.live import Live
from telephony.twilio import urls
from tests.webhooks.support import Moment, Twilio, call_sid, query_of, said, verbs
from webhooks.app import create_app

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
PATIENCE_S = 3.0


@pytest.fixture
def nowhere(services: Services, clock: Moment) -> Iterator[Twilio]:
    """The app with a Redis address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        live = Live.at(f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        cut = replace(services, live=live, dispatch=Dispatch(live, clock.now_ms))
        yield Twilio(create_app(cut).test_client(), cut, clock)


@pytest.mark.parametrize(
    "route",
    [
        urls.INCOMING,
        f"{urls.MENU}?c={CONTACT}&l=l1&v=1&menu=main",
        f"{urls.CUSTOMER}?c={CONTACT}&l=l1&v=2",
        f"{urls.CHOICE}?c={CONTACT}&l=l1&v=2",
        f"{urls.MESSAGE}?c={CONTACT}&l=l1&v=2",
        f"{urls.CONFIRM}?c={CONTACT}&l=l1&v=2",
        f"{urls.RECEIVER}?c={CONTACT}&l=l1",
        f"{urls.ACCEPT}?c={CONTACT}&l=l1&v=2",
    ],
)
def test_every_voice_route_answers_with_music_and_asks_again(nowhere: Twilio, route: str) -> None:
    root = nowhere.voice(route, CALL)
    assert verbs(root) == ["Say", "Play", "Redirect"]
    assert "small problem on our side" in said(root)
    redirect = root.find("Redirect")
    assert redirect is not None
    back = str(redirect.text)
    assert back.startswith("https://calls.example.com" + route.partition("?")[0])
    assert query_of(back).items() >= query_of(route).items()
    # Said once, then only music.
    assert said(nowhere.voice(back, CALL)) == ""


def test_hold_music_goes_on_for_long_without_the_store(nowhere: Twilio) -> None:
    root = nowhere.voice(f"{urls.HOLD}?c={CONTACT}&l=l1&n=4", CALL)
    assert verbs(root) == ["Play", "Redirect"]
    assert int(root[0].attrib["loop"]) * 30 >= 600


def test_what_the_caller_pressed_is_not_lost(nowhere: Twilio, twilio: Twilio) -> None:
    asked = twilio.rings(CALL)
    gather = asked.find("Gather")
    assert gather is not None
    away = nowhere.voice(gather.attrib["action"], CALL, Digits="1")
    redirect = away.find("Redirect")
    assert redirect is not None
    # Redis is back: the same question, without anybody pressing again.
    room = twilio.voice(str(redirect.text), CALL)
    assert room.find("Dial/Conference") is not None
    assert twilio.contact(CONTACT).department == "sales"


@pytest.mark.parametrize("path", [urls.STATUS_CALL, urls.STATUS_ROOM, urls.STATUS_MACHINE])
def test_news_that_could_not_be_kept_is_not_acknowledged(nowhere: Twilio, path: str) -> None:
    answer = nowhere.post(
        f"{path}?c={CONTACT}&l=l1",
        CallSid=CALL,
        CallStatus="completed",
        SequenceNumber="3",
        ConferenceSid="CF" + "0" * 32,
        FriendlyName=f"wl-{CONTACT}",
        StatusCallbackEvent="participant-leave",
        AnsweredBy="machine_start",
    )
    assert answer.status_code == 503


def test_a_redis_that_has_stopped_answering_costs_less_than_three_seconds(
    twilio: Twilio, redis_server: EmbeddedRedis
) -> None:
    asked = twilio.rings(CALL)
    pid = redis_server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        away = twilio.press(asked, CALL, "1")
        took = time.monotonic() - began
    finally:
        os.kill(pid, signal.SIGCONT)
    assert took < PATIENCE_S
    assert verbs(away) == ["Say", "Play", "Redirect"]
    redirect = away.find("Redirect")
    assert redirect is not None
    assert twilio.voice(str(redirect.text), CALL).find("Dial/Conference") is not None


def test_a_corrupt_record_is_set_aside_and_the_caller_stays_on_the_line(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    live = twilio.services.live
    live._redis.set(f"wl:contact:{CONTACT}", b"7 {nonsense")
    target = f"{urls.CUSTOMER}?c={CONTACT}&l=l1"
    for _ in range(5):
        root = twilio.voice(target, CALL)
        redirect = root.find("Redirect")
        assert redirect is not None
        assert root.find("Hangup") is None
        target = str(redirect.text)
    assert CONTACT in live.broken()
