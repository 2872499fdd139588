"""How Warmline talks to Redis: no retries behind our back, no long waits, one kind of error.

redis-py repeats a command whose answer was lost, ten times by default, and so writes twice. Here a
command is sent once; whoever sent it knows from the contact's record whether it happened.

What every webhook sends goes through `Client.exchange`. redis-py makes its connections (address,
TLS, password, database), and then only their sockets are used: for a round trip its layers cost
several times what the trip itself does.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import struct
import time
from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib import resources
from typing import Any, cast
from weakref import WeakSet

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import InvalidResponse, NoScriptError, ReadOnlyError, RedisError
from redis.retry import Retry

from telephony.errors import StoreUnavailable

# A voice document may need two trips and has three seconds, so one may take no more than 1.2 s.
CONNECT_S = 0.3
ANSWER_S = 0.9
_READ_BYTES = 65_536
_MORE = object()
# Its type hints know only commands of one word.
_pack: Any = hiredis.pack_command


# A connection that was used this short a time ago is taken to be alive without looking.
_FRESH_S = 1.0


class Client(redis.Redis):
    """redis-py's client, and a short way for what is sent all the time; safe between threads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._idle: list[Line] = []
        _CLIENTS.add(self)

    def exchange(self, *commands: tuple[str | bytes | int, ...]) -> list[Any]:
        """The answers to some commands: one write, one round trip.

        Raises what redis-py raises: the first error among the answers, or that the connection
        failed, when what was sent may have happened.
        """
        line = self._line()
        try:
            answers = line.ask(commands)
        except BaseException:
            # Answers that nobody has read would be taken for those of the next command; and
            # what has cut one connection has most likely cut them all.
            line.cut()
            self.cut_idle()
            raise
        self._idle.append(line)
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """What redis-py's own methods send goes the short way, too; it reads the answer."""
        name = args[0]
        # Its names of two words, such as SCRIPT LOAD, are two words on the wire.
        words = (*name.split(), *args[1:]) if " " in name else args
        (answer,) = self.exchange(words)
        options.pop("keys", None)  # for redis-py's cache, which is not used
        readers: dict[str, Any] = self.response_callbacks
        read = readers.get(name)
        return answer if read is None else read(answer, **options)

    def cut_idle(self) -> None:
        """Close the connections that nobody uses now; new ones are made when they are needed."""
        idle, self._idle = self._idle, []
        for line in idle:
            line.cut()

    def close(self) -> None:
        """Close every connection."""
        self.cut_idle()
        super().close()

    def _line(self) -> Line:
        """An idle connection that is alive, or a new one."""
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return Line(self.connection_pool)
            if time.monotonic() - line.used < _FRESH_S or line.quiet():
                return line
            line.cut()


_CLIENTS: WeakSet[Client] = WeakSet()


def _leave_to_parent() -> None:
    """A child process must not speak on the connections of its parent."""
    for client in tuple(_CLIENTS):
        client._idle = []


os.register_at_fork(after_in_child=_leave_to_parent)


class Line:
    """One connection that redis-py has made, used without redis-py."""

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._connection: Any = pool.connection_class(**pool.connection_kwargs)
        self._connection.connect()
        self._socket: socket.socket = self._connection._sock
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse,
            replyError=self._connection._parser.parse_error,
            notEnoughData=_MORE,
        )
        self.used = time.monotonic()
        _let_kernel_time_out(self._socket)

    def ask(self, commands: Sequence[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Send all commands at once and read all answers; errors are among them."""
        try:
            self._socket.sendall(b"".join([_pack(words) for words in commands]))
            answers = [self._answer() for _ in commands]
        except (TimeoutError, BlockingIOError) as error:
            raise redis.TimeoutError("Timeout reading from socket") from error
        except OSError as error:
            raise redis.ConnectionError(f"The connection failed: {error}") from error
        self.used = time.monotonic()
        return answers

    def quiet(self) -> bool:
        """Is it open, with nothing to read that nobody has asked for?"""
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        return not poller.poll(0)

    def cut(self) -> None:
        """Close it."""
        self._connection.disconnect()

    def _answer(self) -> Any:
        while (answer := self._reader.gets()) is _MORE:
            data = self._socket.recv(_READ_BYTES)
            if not data:
                raise redis.ConnectionError("Connection closed by server.")
            self._reader.feed(data)
        return answer


def _let_kernel_time_out(plain: socket.socket) -> None:
    """Have the kernel watch the time, with the same limit: Python would poll before every send and
    receive, and let go of the interpreter lock twice as often. TLS reads in steps of its own.
    """
    seconds = plain.gettimeout()
    if seconds is None or isinstance(plain, ssl.SSLSocket):
        return
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    plain.settimeout(None)


def connect(url: str) -> Client:
    """A client for commits: it answers or fails within `CONNECT_S` + `ANSWER_S` seconds."""
    return cast(
        Client,
        Client.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=CONNECT_S,
            socket_timeout=ANSWER_S,
        ),
    )


class guarded:  # noqa: N801 - used like a function, in every `with`
    """Turn what redis-py raises into StoreUnavailable. What was sent may have happened.

    Not a generator with `contextmanager`: that costs more than sending a command.
    """

    __slots__ = ("_client",)

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ReadOnlyError):
            # A replica: the address must be resolved anew to find the primary.
            self._client.connection_pool.disconnect()
            if isinstance(self._client, Client):
                self._client.cut_idle()
            raise StoreUnavailable("Redis is read only; the primary has moved.") from error
        if isinstance(error, RedisError):
            raise StoreUnavailable(
                f"Redis cannot be used: {error}", what_to_do=_advice(error)
            ) from error


def script(client: redis.Redis, *names: str) -> Script:
    """A Lua script made of the named files; sent once, then called by its hash."""
    return client.register_script("\n".join(map(_source, names)))


class QuickScript:
    """A Lua script on the hot path; called as redis-py's own, through `exchange`."""

    def __init__(self, client: Client, *names: str) -> None:
        self._client = client
        self._text = "\n".join(map(_source, names))
        self._hash = sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, keys: Sequence[str], args: Sequence[str | bytes | int]) -> Any:
        """Run it: one round trip, and one more when the server does not know it yet."""
        words = (len(keys), *keys, *args)
        try:
            return self._client.exchange(("EVALSHA", self._hash, *words))[0]
        except NoScriptError:
            return self._client.exchange(("EVAL", self._text, *words))[0]


@cache
def _source(name: str) -> str:
    return resources.files("telephony.store").joinpath(f"lua/{name}.lua").read_text()


def _advice(error: RedisError) -> str:
    text = str(error)
    if "OOM" in text:
        return "Redis is full: give it more memory (maxmemory). Calls in the air stay on hold."
    if "MISCONF" in text or "NOREPLICAS" in text:
        return "Redis refuses to write: look at its disk and its replicas."
    return "Check that Redis runs and that WARMLINE_REDIS_URL is right; then try again."
