"""What the bench of the webhooks sends is real, and no webhook takes more than two round trips."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from bench.recording import ACCOUNT, LINE, TOKEN, Recording, record
from bench.webhooks import Fresh, freshen
from telephony import bootstrap
from telephony.clock import Clock
from telephony.dispatch import Dispatch
from telephony.settings import load_settings
from telephony.store import keys
from telephony.store.connection import Client
from telephony.store.ledger import migrate
from telephony.store.live import Live
from telephony.twilio import urls
from webhooks.app import create_app

BASE = "http://127.0.0.1:8123"


class Counted(redis.UnixDomainSocketConnection):
    """Counts what is written: each write is one trip to Redis and back."""

    trips = 0

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        type(self).trips += 1
        super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]


class Counting(Client):
    """Counts what goes the short way, past redis-py's connections."""

    def exchange(self, *commands: tuple[str | bytes | int, ...]) -> list[Any]:
        Counted.trips += 1
        return super().exchange(*commands)


@pytest.fixture
def recording(redis_url: str) -> Recording:
    made = record(redis_url, BASE)
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.flushall()
    return made


@pytest.fixture
def web(redis_url: str, tmp_path: Path) -> Iterator[tuple[Any, redis.Redis]]:
    """The application, and the Redis behind it, whose connections count."""
    built = bootstrap.build(
        load_settings(
            redis_url=redis_url,
            database_url=f"sqlite:///{tmp_path / 'warmline.db'}",
            data_dir=tmp_path,
            public_url=BASE,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_base_url="http://127.0.0.1:9",
            caller_id=LINE,
            secret_key="s" * 40,
        )
    )
    path = urlsplit(redis_url).path
    client = Counting(connection_pool=redis.ConnectionPool(connection_class=Counted, path=path))
    live = Live(client)
    clock = Clock()
    services = replace(built, live=live, clock=clock, dispatch=Dispatch(live, clock.now_ms))
    migrate(services.ledger)
    services.routing.company()
    yield create_app(services), client
    services.close()


def send(app: Any, fresh: Fresh) -> int:
    """The status of the answer to a prepared request."""
    head, _, body = fresh.request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    split = urlsplit(first.split()[1])
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": split.path,
        "QUERY_STRING": split.query,
        "wsgi.input": io.BytesIO(body),
    }
    for line in lines:
        name, _, value = line.partition(": ")
        key = name.upper().replace("-", "_")
        environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    told: list[str] = []
    app.wsgi_app(environ, lambda status, headers: told.append(status))
    return int(told[0][:3])


def test_conference_news_is_the_busiest_webhook_of_a_warm_transfer(recording: Recording) -> None:
    counts = recording.counts()
    assert next(iter(counts)) == urls.STATUS_ROOM
    assert counts[urls.STATUS_ROOM] >= 10


def test_no_webhook_of_a_warm_transfer_takes_more_than_two_round_trips(
    recording: Recording, web: tuple[Any, redis.Redis]
) -> None:
    app, client = web
    trips: dict[str, Counter[int]] = {}
    for warm in (False, True):
        # In the first round the scripts are not known to the server yet.
        trips.clear()
        for met in recording.webhooks:
            fresh = freshen(met, BASE)
            if fresh.record:
                client.set(keys.contact(fresh.contact), fresh.record)
                client.set(keys.call(f"CA{fresh.contact}"), fresh.contact)
            path = urlsplit(met.target).path
            before = Counted.trips
            assert send(app, fresh) in {200, 204}, path
            trips.setdefault(path, Counter())[Counted.trips - before] += 1
        assert sum(map(sum, (each.values() for each in trips.values()))) == len(recording.webhooks)
        if warm:
            assert max(max(each) for each in trips.values()) <= 2, trips
    # Music while waiting is only read; the music of a hold is its proof, and written.
    assert trips[urls.HOLD] == {1: 1, 2: 1}


def test_a_prepared_request_changes_its_contact_and_a_repetition_of_it_does_not(
    recording: Recording, web: tuple[Any, redis.Redis]
) -> None:
    app, client = web
    join = recording.of(urls.STATUS_ROOM)[0]
    fresh, other = freshen(join, BASE), freshen(join, BASE)
    assert fresh.contact != other.contact
    for each in (fresh, other):
        client.set(keys.contact(each.contact), each.record)
        assert send(app, each) == 204
    assert client.xlen(keys.JOURNAL) == 2
    assert send(app, fresh) == 204
    assert client.xlen(keys.JOURNAL) == 2
