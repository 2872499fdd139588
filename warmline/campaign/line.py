"""The line to Redis: one connection for all actors, with a gate around every round trip.

Between two gates an actor is alone, so everybody can share the connection. The gate lets other
actors overtake and faults strike. It sits below redis-py, so that it does not matter how the
store sends its commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha1
from importlib import resources
from typing import Any, Protocol

from redis.connection import ConnectionPool
from redis.exceptions import RedisError

from telephony.store.connection import Client, connect
from telephony.store.connection import Line as Wire

Words = tuple[Any, ...]


class Gate(Protocol):
    """What stands at both ends of a round trip; see `faults.Gate`."""

    def redis(self, name: str, words: Words, send: Callable[[], list[Any]]) -> list[Any]:
        """Let the commands pass, or not."""


class Line(Client):
    """A client whose every round trip passes the gate of the present world."""

    pool: Pool

    @classmethod
    def to(cls, url: str) -> Line:
        """The client of a server at a unix socket or loopback address."""
        pool = Pool(connect(url).connection_pool)
        line = cls(connection_pool=pool)
        line.pool = pool
        # A world must not depend on what was loaded by the one before.
        for text in _scripts():
            line.script_load(text)
        return line

    def exchange(self, *commands: Words) -> list[Any]:
        """The answers to some commands; the first error among them is raised."""
        answers = self.pool.pass_gate(list(commands))
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def ask(self, *words: Any) -> Any:
        """One command that passes no gate: for whoever looks from outside of the world."""
        (answer,) = self.pool.exchange([words])
        if isinstance(answer, RedisError):
            raise answer
        return answer


class Pool(ConnectionPool):
    """Lends the one connection to everybody, each time behind a tap."""

    def __init__(self, like: ConnectionPool) -> None:
        super().__init__(like.connection_class, **like.connection_kwargs)
        self.real = super().get_connection()
        self.wire = Wire(like)
        self.gate: Gate | None = None
        self.names = {
            sha1(text.encode(), usedforsecurity=False).hexdigest(): name
            for text, name in _scripts().items()
        }

    def get_connection(self, *args: Any, **options: Any) -> Any:
        """A tap on the connection."""
        del args, options
        return Tap(self)

    def release(self, connection: Any) -> None:
        """A tap needs no giving back."""

    def disconnect(self, inuse_connections: bool = True) -> None:
        """The connection of all stays."""

    def exchange(self, commands: list[Words]) -> list[Any]:
        """Send some commands and read all answers; errors are among them."""
        # redis-py has names of two words in one, such as SCRIPT LOAD.
        return self.wire.ask(
            [(*words[0].split(), *words[1:]) if " " in words[0] else words for words in commands]
        )

    def pass_gate(self, commands: list[Words]) -> list[Any]:
        """The same, through the gate if there is one."""
        if self.gate is None:
            return self.exchange(commands)
        words = commands[0] if len(commands) == 1 else tuple(w for c in commands for w in c)
        name = str(words[0])
        if name == "EVALSHA":
            name = self.names.get(words[1], "script")
        elif name == "MULTI":
            name = str(words[1])
        return self.gate.redis(name, words, lambda: self.exchange(commands))


class Tap:
    """What looks like a connection: commands go through the gate, answers wait here."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[Words] = []
        self._answers: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool.real, name)

    def pack_command(self, *words: Any) -> list[bytes]:
        """Nothing is packed before the gate."""
        self._waiting.append(words)
        return [b""]

    def pack_commands(self, commands: Iterable[Words]) -> list[bytes]:
        """The same for several."""
        self._waiting += list(commands)
        return [b""]

    def send_packed_command(self, packed: object, check_health: bool = True) -> None:
        """Everything that was packed goes through the gate at once."""
        del packed, check_health
        commands, self._waiting = self._waiting, []
        self._answers = self._pool.pass_gate(commands)

    def send_command(self, *words: Any, **options: Any) -> None:
        """One command."""
        del options
        self.send_packed_command(self.pack_command(*words))

    def read_response(self, *args: Any, **options: Any) -> Any:
        """The next answer."""
        del args, options
        answer = self._answers.pop(0)
        if isinstance(answer, RedisError):
            raise answer
        return answer

    def should_reconnect(self) -> bool:
        """Never: the connection of all stays."""
        return False

    def disconnect(self, *args: Any) -> None:
        """What was not read is forgotten."""
        self._answers = []

    def connect(self) -> None:
        """It is connected."""


def _scripts() -> dict[str, str]:
    """Every script of the store as it may be sent, and its name."""
    folder = resources.files("telephony.store").joinpath("lua")
    texts = {file.name.removesuffix(".lua"): file.read_text() for file in folder.iterdir()}
    shared = texts.pop("enqueue")
    alone = {text: name for name, text in texts.items()}
    return alone | {f"{shared}\n{text}": name for name, text in texts.items()}
