"""`warmline bench webhooks`: the busiest webhook against a bare Flask view, on the same server.

Every request is a real one: a signed form with fresh ids, sent to a contact that stands in Redis
in exactly the state in which such a form reached it in a recorded warm transfer. So deduplication,
step, commit, journal and wake-up all happen as in life. Where in life the server knew the contact
from the webhook before, it has seen it here too. Rounds of both sides alternate, because a machine
that others use as well is not equally quick all the time.
"""

from __future__ import annotations

import re
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import redis

from bench.load import Load, send
from bench.machine import Machine, machine
from bench.processes import cpu_seconds, web
from bench.recording import ACCOUNT, LINE, TOKEN, Met, Recording, record
from telephony.embedded import EmbeddedRedis, free_port
from telephony.errors import WarmlineError
from telephony.store import keys
from telephony.store.ledger import migrate, open_ledger
from telephony.twilio import forms, signature, urls

CONNECTIONS = 16
ROUNDS = 5
BATCH = 500  # fewer contacts than a server remembers
_HOST = "127.0.0.1"
# Ids of calls and rooms, in forms and records; a contact's own is that of its first call.
_HEX = re.compile(r"[0-9a-f]{32}")
_CONTACT = re.compile(r'"id":"([0-9a-f]{32})"')
_MOMENT = re.compile(r"\b1[78]\d{11}\b")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared; CPU in µs a request, None where it cannot be read."""

    rate: float
    p50: float
    p99: float
    web_cpu: float | None
    redis_cpu: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome: `ratio` is the median of the rounds' ratios, webhook to bare view."""

    path: str
    counts: dict[str, int]
    webhook: Side
    bare: Side
    ratio: float
    ratios: tuple[float, ...]
    trips: float
    committed: float  # share of the webhooks that changed their contact
    machine: Machine


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side: the load, CPU seconds, and what was committed and read."""

    load: Load
    web_cpu: float | None
    redis_cpu: float | None
    committed: int = 0
    reads: int = 0


def measure(seconds: float) -> Result:
    """Run ``ROUNDS`` rounds of about ``seconds`` each for both sides."""
    with system() as measured:
        counts = {}
        for port in (measured.webhook_port, measured.bare_port):
            measured.run(port, BATCH)
            counts[port] = max(BATCH, int(measured.run(port, BATCH).load.rate * seconds))
        ours, bare = [], []
        for _ in range(ROUNDS):
            bare.append(measured.run(measured.bare_port, counts[measured.bare_port]))
            ours.append(measured.run(measured.webhook_port, counts[measured.webhook_port]))
        return _result(measured.recording, ours, bare)


def _result(recording: Recording, ours: Sequence[Round], bare: Sequence[Round]) -> Result:
    ratios = [mine.load.rate / other.load.rate for mine, other in zip(ours, bare, strict=True)]
    sent = sum(len(each.load.times) for each in ours)
    return Result(
        path=urls.STATUS_ROOM,
        counts=recording.counts(),
        webhook=_side(ours),
        bare=_side(bare),
        ratio=median(ratios),
        ratios=tuple(ratios),
        trips=sum(each.reads for each in ours) / sent,
        committed=sum(each.committed for each in ours) / sent,
        machine=machine(),
    )


def _side(rounds: Sequence[Round]) -> Side:
    def cpu(values: Sequence[float | None]) -> float | None:
        used = _sum(values)
        return None if used is None else used / sum(len(each.load.times) for each in rounds) * 1e6

    return Side(
        rate=median(each.load.rate for each in rounds),
        p50=median(each.load.percentile(0.5) for each in rounds),
        p99=median(each.load.percentile(0.99) for each in rounds),
        web_cpu=cpu([each.web_cpu for each in rounds]),
        redis_cpu=cpu([each.redis_cpu for each in rounds]),
    )


# -- the system that is measured -----------------------------------------------------------------


@dataclass(frozen=True)
class System:
    """What is measured; `run` sends webhooks."""

    recording: Recording
    redis: redis.Redis
    redis_pid: int
    webhook_port: int
    webhook_pid: int
    bare_port: int
    bare_pid: int
    database_url: str

    def run(self, port: int, count: int) -> Round:
        """Send ``count`` webhooks in batches, and look what was used and done."""
        rounds = [self._batch(port) for _ in range(round(count / BATCH))]
        return Round(
            Load.of([each.load for each in rounds]),
            _sum([each.web_cpu for each in rounds]),
            _sum([each.redis_cpu for each in rounds]),
            sum(each.committed for each in rounds),
            sum(each.reads for each in rounds),
        )

    def _batch(self, port: int) -> Round:
        requests = self._prepare()
        pid = self.webhook_pid if port == self.webhook_port else self.bare_pid
        before = cpu_seconds(pid), cpu_seconds(self.redis_pid), self._reads()
        load = send(_HOST, port, requests, CONNECTIONS)
        after = cpu_seconds(pid), cpu_seconds(self.redis_pid), self._reads()
        _all_well(load.statuses)
        return Round(
            load,
            _passed(before[0], after[0]),
            _passed(before[1], after[1]),
            int(self.redis.xlen(keys.JOURNAL)),
            after[2] - before[2] - 1,  # our own question is one
        )

    def _prepare(self) -> list[bytes]:
        """Contacts in the states that the recording met, and a request for each."""
        self.redis.flushdb()
        base = self.recording.base
        mix = self.recording.of(urls.STATUS_ROOM)
        requests, looks = [], []
        with self.redis.pipeline(transaction=False) as pipe:
            for number in range(BATCH):
                met = mix[number % len(mix)]
                fresh = freshen(met, base)
                pipe.set(keys.contact(fresh.contact), fresh.record)
                requests.append(fresh.request)
                if met.known:
                    looks.append(_look(fresh.contact, base))
            pipe.execute()
        _all_well(send(_HOST, self.webhook_port, looks, CONNECTIONS).statuses)
        return requests

    def _reads(self) -> int:
        """How often Redis has read from a connection; a pipeline is one read."""
        info = self.redis.info("stats")
        assert isinstance(info, dict)
        return int(info["total_reads_processed"])


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _passed(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _all_well(statuses: Counter[int]) -> None:
    wrong = {status: count for status, count in statuses.items() if status not in {200, 204}}
    if wrong:
        raise WarmlineError(
            f"Some answers were no successes: {wrong}.",
            what_to_do="This is a fault of the bench or of the webhooks; run the tests.",
        )


@dataclass(frozen=True, slots=True)
class Fresh:
    """A request that has never been sent, and the contact that it will meet ('' for none)."""

    contact: str
    record: bytes
    request: bytes


def freshen(met: Met, base: str) -> Fresh:
    """The same webhook for another contact: new ids everywhere, moved to the present."""
    ids: dict[str, str] = {ACCOUNT[2:]: ACCOUNT[2:]}

    def new(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], secrets.token_hex(16))

    record = met.record.decode()
    shift = int(time.time() * 1000) - met.at
    record = _MOMENT.sub(lambda found: str(int(found[0]) + shift), _HEX.sub(new, record))
    target = _HEX.sub(new, met.target)
    body = _HEX.sub(new, met.body.decode())
    known = _CONTACT.search(record)
    return Fresh(known[1] if known else "", record.encode(), _signed(base, target, body))


def _look(contact: str, base: str) -> bytes:
    """A request that only reads the contact: the customer's hold music."""
    target = f"{urls.HOLD}?c={contact}&l=l1&n=1"
    return _signed(base, target, f"AccountSid={ACCOUNT}&CallSid=CA{contact}")


def _signed(base: str, target: str, body: str) -> bytes:
    head = {
        "Host": base.partition("//")[2],
        "User-Agent": "TwilioProxy/1.1",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature.sign(TOKEN, base + target, forms.pairs_of(body.encode())),
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {target} HTTP/1.1\r\n{lines}\r\n{body}".encode()


@contextmanager
def system() -> Iterator[System]:
    """Both applications on servers of their own, with a Redis and a recorded transfer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warmline-")))
        server = stack.enter_context(EmbeddedRedis(folder / "redis"))
        client = stack.enter_context(redis.Redis.from_url(server.url, socket_timeout=30))
        ours, bare = free_port(), free_port()
        base = f"http://{_HOST}:{ours}"
        recording = record(server.url, base)
        environ = _environment(server.url, base, folder)
        ledger = open_ledger(environ["WARMLINE_DATABASE_URL"])
        migrate(ledger)
        ledger.close()
        ours_pid = stack.enter_context(web("webhooks.app:create_app", ours, folder, environ))
        bare_pid = stack.enter_context(web("bench.bare:create_app", bare, folder, environ))
        assert server.pid is not None
        database = environ["WARMLINE_DATABASE_URL"]
        yield System(recording, client, server.pid, ours, ours_pid, bare, bare_pid, database)


def _environment(redis_url: str, base: str, folder: Path) -> dict[str, str]:
    return {
        "WARMLINE_REDIS_URL": redis_url,
        "WARMLINE_DATABASE_URL": f"sqlite:///{folder / 'warmline.db'}",
        "WARMLINE_DATA_DIR": str(folder),
        "WARMLINE_PUBLIC_URL": base,
        "WARMLINE_SECRET_KEY": secrets.token_hex(20),
        "WARMLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "WARMLINE_TWILIO_BASE_URL": "http://127.0.0.1:9",
        "WARMLINE_CALLER_ID": LINE,
    }


# -- in words ------------------------------------------------------------------------------------


def sentences(result: Result) -> list[str]:
    """The result for people."""
    busiest = ", ".join(f"{count} {path}" for path, count in result.counts.items())
    ratios = " ".join(f"{ratio:.2f}" for ratio in result.ratios)
    return [
        f"Machine: {result.machine.words()}",
        f"Webhooks of one warm transfer: {busiest}",
        _row("", "req/s", "p50 ms", "p99 ms", "web CPU µs", "Redis CPU µs"),
        _side_row(result.path, result.webhook),
        _side_row("bare Flask view", result.bare),
        f"Ratio of the rates: {result.ratio:.2f} (rounds: {ratios}; the goal is 0.50)",
        f"Redis round trips per webhook: {result.trips:.2f} (at most 2); "
        f"{result.committed:.0%} of the webhooks changed their contact.",
    ]


def _row(*cells: str) -> str:
    first, *others = cells
    return f"{first:<24}" + "".join(f"{cell:>14}" for cell in others)


def _side_row(name: str, side: Side) -> str:
    web_cpu, redis_cpu = (
        "-" if value is None else f"{value:.0f}" for value in (side.web_cpu, side.redis_cpu)
    )
    return _row(name, f"{side.rate:.0f}", f"{side.p50:.1f}", f"{side.p99:.1f}", web_cpu, redis_cpu)
