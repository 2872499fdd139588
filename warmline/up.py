"""`warmline up`: the whole system on one machine, with nothing to install or configure.

Whatever the environment names is used as it is: a Redis, a database, a Twilio account. What it
does not name is started here: an embedded Redis, SQLite in the data folder, a simulated phone
network. The tuple that `processes()` returns is the only place that says what runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import click

from console.seed import demo_users
from telephony.embedded import wait_until_ready
from telephony.errors import StoreUnavailable
from telephony.routing.example import example_company
from telephony.settings import variable
from telephony.store.ledger import migrate, open_ledger
from telephony.twilio.urls import Urls
from warmline import provision
from warmline.decide import System, decide
from warmline.running import Running, announce, only_one
from warmline.supervisor import ProcessSpec, Supervisor

# Most of them only wait for the next live event of a page (console/events_api.py).
WEB_THREADS = 256
# A live-event stream never ends by itself; who listens comes back and resumes. Without this limit a
# stop would wait for it for a minute. A webhook takes less than 3 s even while Redis is away.
WEB_KILL_SECONDS = 3
ASK_SECONDS = 1.0
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")


def processes(system: System) -> tuple[ProcessSpec, ...]:
    """Everything that runs, in the order in which it starts."""
    settings = system.settings
    workers = [f"worker.{number}" for number in range(1, settings.workers + 1)]
    return (
        *_redis(system),
        *_simulator(system),
        ProcessSpec(
            "web",
            web_command(settings.web_port, "webhooks.app:create_app"),
            ready=partial(answers, f"{system.web_url}/healthz"),
        ),
        *(ProcessSpec(name, _module("workers.worker")) for name in workers),
        ProcessSpec("clock", _module("workers.clock")),
        ProcessSpec("journal", _module("workers.journal")),
        ProcessSpec("reconciler", _module("workers.reconciler")),
    )


def web_command(port: int, factory: str) -> tuple[str, ...]:
    """The command line that serves a web application on loopback, as `up` does it."""
    return (
        *_module("granian", "--interface", "wsgi", "--factory", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--blocking-threads", str(WEB_THREADS)),
        *("--workers-kill-timeout", str(WEB_KILL_SECONDS), factory),
    )


def run(options: Mapping[str, str]) -> None:
    """Run everything until Ctrl-C or SIGTERM; `options` are variables that come first.

    Raises `WarmlineError` when it cannot start. Nothing is left running afterwards.
    """
    given = {name: value for name, value in os.environ.items() if name.startswith("WARMLINE_")}
    given |= options
    folder = Path(given.get("WARMLINE_DATA_DIR") or "var").resolve()
    with only_one(folder) as lock:
        system = decide(given, folder)
        for note in system.notes:
            write("up", note)
        ledger = open_ledger(system.settings.database_url)
        migrate(ledger)
        if system.settings.demo_mode:
            demo_users(ledger)
        ledger.close()
        supervisor = Supervisor(
            processes(system),
            environ={**os.environ, **system.environment},
            write=write,
            complete=partial(answers, f"{system.web_url}/readyz"),
            keep=(lock,),
        )
        supervisor.run(partial(_when_ready, system, supervisor))


def write(name: str, line: str) -> None:
    """Print a line that a process printed, with its name before it."""
    # The colour comes from the name, so that it is the same in every run.
    colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
    click.echo(f"{click.style(f'{name:>10} |', fg=colour)} {line}")


def answers(url: str) -> bool:
    """Whether a GET is answered with 200 within a second, whatever proxy the shell has set."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=ASK_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def _when_ready(system: System, supervisor: Supervisor) -> None:
    environ = supervisor.environ
    environment = {name: environ[name] for name in environ if name.startswith("WARMLINE_")}
    simulator = system.settings.twilio_base_url if system.simulated else ""
    announce(system.settings.data_dir, Running(os.getpid(), system.web_url, simulator, environment))
    if simulator:
        write("up", f"The simulated phone network is at {simulator}")
    write("up", f"Warmline is ready at {system.web_url} (Ctrl-C ends it)")


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def _redis(system: System) -> tuple[ProcessSpec, ...]:
    if system.redis is None:
        return ()
    ready = partial(_redis_answers, system.redis.url)
    return (ProcessSpec("redis", system.redis.command(), ready=ready, foundation=True),)


def _simulator(system: System) -> tuple[ProcessSpec, ...]:
    if not system.simulated:
        return ()
    settings = system.settings
    token = settings.twilio_auth_token.get_secret_value()
    return (
        ProcessSpec(
            "simulator",
            (
                *_module("warmline", "simulator", "--port", str(settings.simulator_port)),
                *("--account-sid", settings.twilio_account_sid, "--auth-token", token),
                *(() if settings.speed == 1 else ("--speed", f"{settings.speed:g}")),
            ),
            ready=partial(answers, f"{settings.twilio_base_url}/sim/trace?after=999999999"),
            prepare=partial(_provision, system),
            foundation=True,
        ),
    )


def _provision(system: System) -> Mapping[str, str]:
    """Give the simulated account the example company's numbers, an application and a key."""
    settings = system.settings
    account = provision.Account(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_base_url,
        settings.rest_timeout,
    )
    key = provision.set_up_simulated(
        account, Urls(settings.public_url), example_company().numbers, settings.fallback_url
    )
    return {
        "WARMLINE_TWILIO_APPLICATION_SID": key.application_sid,
        "WARMLINE_TWILIO_API_KEY_SID": key.sid,
        "WARMLINE_TWILIO_API_KEY_SECRET": key.secret,
    }


def _redis_answers(url: str) -> bool:
    try:
        wait_until_ready(url, limit=0)
    except StoreUnavailable:
        return False
    return True


@click.command()
@click.option("--web-port", type=click.IntRange(0, 65535), help="Default 8000; 0 is any free one.")
@click.option("--simulator-port", type=click.IntRange(0, 65535), help="Default 4010.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many workers run (default 2).")
@click.option("--speed", type=click.FloatRange(0, 1000, min_open=True), help="With a simulator.")
@click.option("--data-dir", type=click.Path(file_okay=False), help="Default ./var.")
def command(**options: object) -> None:
    """Run everything on this machine.

    What the environment does not name is brought along: an embedded Redis, SQLite in the data
    folder and a simulated phone network. A process that ends is started again. Ctrl-C ends all.
    """
    run({variable(name): str(value) for name, value in options.items() if value is not None})
