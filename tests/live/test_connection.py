"""The short way to Redis: one trip for several commands, and no surprise when the server goes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from telephony.embedded import EmbeddedRedis
from telephony.errors import StoreUnavailable
from telephony.store import connection
from telephony.store.connection import Client, connect, guarded


@pytest.fixture
def client(redis_url: str) -> Iterator[Client]:
    made = connect(redis_url)
    yield made
    made.close()


def test_several_commands_are_answered_in_order(client: Client) -> None:
    answers = client.exchange(("SET", "a", 1), ("GET", "a"), ("GET", "b"), ("SMEMBERS", "c"))
    assert answers[:3] == [b"OK", b"1", None]
    assert not answers[3]


def test_an_answer_longer_than_one_read_is_put_together(client: Client) -> None:
    long = b"x" * 300_000
    assert client.exchange(("SET", "a", long), ("GET", "a"))[1] == long


def test_an_error_is_raised_and_the_next_command_gets_its_own_answer(client: Client) -> None:
    with pytest.raises(redis.ResponseError):
        client.exchange(("SET", "a", "word"), ("INCR", "a"), ("GET", "a"))
    assert client.exchange(("GET", "a")) == [b"word"]


def test_a_server_that_does_not_answer_is_given_up_in_time(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.2)
    client = connect(redis_url)
    client.exchange(("PING",))
    with redis.Redis.from_url(redis_url, socket_timeout=5) as other:
        other.execute_command("CLIENT", "PAUSE", 600, "ALL")
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="Timeout"), guarded(client):
            client.exchange(("GET", "a"))
        assert 0.15 < time.monotonic() - began < 0.5
        other.ping()  # until the pause is over
    assert client.exchange(("PING",)) == [b"PONG"]
    client.close()


def test_after_a_restart_of_the_server_only_what_was_under_way_fails(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        client = connect(server.url)
        client.exchange(("SET", "a", "1"))
    with pytest.raises(StoreUnavailable), guarded(client):
        client.exchange(("GET", "a"))
    with EmbeddedRedis(tmp_path):
        assert client.exchange(("PING",)) == [b"PONG"]
    client.close()


def test_an_idle_connection_that_the_server_closed_is_not_used(
    client: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_FRESH_S", 0.0)
    client.exchange(("PING",))
    with redis.Redis.from_url(redis_url, socket_timeout=5) as other:
        other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert client.exchange(("PING",)) == [b"PONG"]


def test_a_child_process_speaks_on_connections_of_its_own(client: Client) -> None:
    client.exchange(("PING",))
    (line,) = client._idle
    child = os.fork()
    if not child:
        os._exit(0 if client._idle == [] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client._idle == [line]
    assert client.exchange(("PING",)) == [b"PONG"]
