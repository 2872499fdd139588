"""`warmline doctor`: every part is looked at, and what is wrong comes with what to do.

A check is a function from the settings to findings. It never raises: what it cannot find out is
itself a finding.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import Literal

import click
import redis
import requests
from redis.backoff import NoBackoff
from redis.retry import Retry

from telephony.embedded import OLDEST_MAJOR
from telephony.errors import SettingsError, WarmlineError
from telephony.settings import PREFIX, Settings, variable
from telephony.store.ledger import check_schema, open_ledger
from warmline.provision import TWILIO, Account
from warmline.running import settings_here

ASK_SECONDS = 5.0
# Twilio's access tokens carry times; a clock that is further off makes them invalid or short.
SKEW_SECONDS = 30.0
# Read by commands, but no settings.
_OTHER_VARIABLES = frozenset({"WARMLINE_CLOCK_ANCHOR", "WARMLINE_NEW_PASSWORD"})

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What was found: `what_to_do` is empty when all is well."""

    check: str
    level: Level
    found: str
    what_to_do: str = ""


def check_python(settings: Settings) -> Iterator[Finding]:
    """Which interpreter this is; one that is too old could not have come this far."""
    yield Finding("python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def check_variables(settings: Settings) -> Iterator[Finding]:
    """A misspelt variable would be ignored in silence."""
    known = {variable(name) for name in Settings.model_fields} | _OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            yield Finding("settings", "warn", f"{name} is not read", "Check its spelling.")


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Reachable, recent, append-only and never evicting."""
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=ASK_SECONDS,
        socket_connect_timeout=ASK_SECONDS,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),
    )
    bad: Level = "fail" if settings.production else "warn"
    with closing(client):
        try:
            server = client.info("server")
            kept = client.config_get("appendonly").get("appendonly")
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
        except redis.ResponseError as error:
            yield Finding(
                "redis", "warn", f"CONFIG is not allowed ({error})", "Check appendonly by hand."
            )
            return
        except redis.RedisError as error:
            yield Finding(
                "redis",
                "fail",
                f"not reachable: {error}",
                f"Start Redis, correct {variable('redis_url')}, or run `warmline up`.",
            )
            return
    version = str(server.get("valkey_version") or server["redis_version"])
    old = int(version.split(".")[0]) < OLDEST_MAJOR
    yield Finding(
        "redis",
        "fail" if old else "ok",
        f"version {version}",
        f"Use Redis or Valkey {OLDEST_MAJOR} or newer." if old else "",
    )
    for name, value, wanted, why in (
        ("appendonly", kept, "yes", "a crash loses contacts"),
        ("maxmemory-policy", policy, "noeviction", "a full Redis forgets contacts"),
    ):
        if value == wanted:
            yield Finding(f"redis {name}", "ok", wanted)
        else:
            told = f"Without it {why}: CONFIG SET {name} {wanted}, and in redis.conf."
            yield Finding(f"redis {name}", bad, str(value), told)


def check_sql(settings: Settings) -> Iterator[Finding]:
    """Reachable, with the tables of this version."""
    with closing(open_ledger(settings.database_url)) as ledger:
        kind = ledger.engine.dialect.name
        try:
            check_schema(ledger)
        except WarmlineError as error:
            yield Finding("sql", "fail", str(error), error.what_to_do)
            return
    if settings.production and kind == "sqlite":
        told = f"Set {variable('database_url')} to a PostgreSQL that all hosts reach."
        yield Finding("sql", "warn", "SQLite serves a single host only", told)
    else:
        yield Finding("sql", "ok", f"{kind}, migrated")


def check_twilio(settings: Settings) -> Iterator[Finding]:
    """Credentials, the REST API, and the difference between Twilio's clock and ours."""
    if not settings.twilio_configured:
        names = f"{variable('twilio_account_sid')} and {variable('twilio_auth_token')}"
        told = f"Set {names}, or run `warmline up`, which simulates the network."
        yield Finding("twilio", "warn", "no account is set", told)
        return
    token = settings.twilio_auth_token.get_secret_value()
    account = Account(
        settings.twilio_account_sid, token, settings.twilio_base_url, settings.rest_timeout
    )
    where = settings.twilio_base_url or "Twilio"
    try:
        status = str(account.get("").get("status"))
    except WarmlineError as error:
        yield Finding("twilio", "fail", str(error), error.what_to_do)
        return
    if status == "active":
        yield Finding("twilio", "ok", f"{where} answers; the account is active")
    else:
        told = "Look at the account in the Twilio Console."
        yield Finding("twilio", "fail", f"the account is {status}", told)
    missing = [
        variable(name)
        for name in ("twilio_api_key_sid", "twilio_api_key_secret", "twilio_application_sid")
        if not str(getattr(settings, name))
    ]
    if missing:
        told = "Run `warmline twilio setup`; without them no softphone can go online."
        yield Finding("twilio softphone", "warn", f"{', '.join(missing)} not set", told)


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """Twilio must reach us there, and it is what signatures are computed from."""
    url = settings.public_url
    if settings.live_twilio and not url.startswith("https://"):
        told = f"Set {variable('public_url')} to the https address that Twilio can reach."
        yield Finding("public url", "fail", f"{url} cannot be reached by Twilio", told)
        return
    try:
        status = requests.get(f"{url}/healthz", timeout=ASK_SECONDS).status_code
    except requests.RequestException as error:
        told = "Start Warmline, or correct the address, the proxy or the firewall before it."
        yield Finding("public url", "warn", f"{url} does not answer: {type(error).__name__}", told)
        return
    if status == requests.codes.ok:
        yield Finding("public url", "ok", f"{url} answers")
    else:
        told = "Another program may listen there; compare the proxy's target with the web process."
        yield Finding("public url", "warn", f"{url}/healthz answers {status}", told)
    if settings.production and not settings.trusted_proxies:
        told = f"Set {variable('trusted_proxies')} to their number, or one stranger's wrong "
        told += "passwords keep everybody from signing in."
        yield Finding("proxies", "warn", "all people seem to ask from one address", told)
    if settings.live_twilio and not settings.fallback_url:
        told = f"Put a static hold document on another host and name it in {PREFIX}FALLBACK_URL."
        yield Finding("fallback url", "warn", "callers are lost if this host is away", told)


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Free, or used by Warmline itself: `up` would take another one."""
    for name in ("web_port", "simulator_port"):
        port = getattr(settings, name)
        with socket.socket() as probe:
            probe.settimeout(ASK_SECONDS)
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        yield Finding(f"port {port}", "ok", f"{name}: {'in use' if taken else 'free'}")


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Twilio's clock against ours; a simulator has a time of its own."""
    if not settings.live_twilio:
        return
    try:
        answer = requests.head(TWILIO, timeout=ASK_SECONDS)
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (requests.RequestException, KeyError, ValueError) as error:
        told = "Check the network."
        yield Finding("clock", "warn", f"cannot be compared: {type(error).__name__}", told)
        return
    skew = time.time() - theirs
    fine = abs(skew) <= SKEW_SECONDS
    told = "" if fine else "Set the host's clock by NTP."
    yield Finding("clock", "ok" if fine else "fail", f"{skew:+.0f} s from Twilio's", told)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    check_python,
    check_variables,
    check_redis,
    check_sql,
    check_twilio,
    check_public_url,
    check_ports,
    check_clock,
)


def examine() -> tuple[Finding, ...]:
    """All findings, in the order of the checks."""
    try:
        settings = settings_here()
    except SettingsError as error:
        told = error.what_to_do
        return tuple(Finding("settings", "fail", problem, told) for problem in error.problems)
    return tuple(finding for check in CHECKS for finding in check(settings))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(as_json: bool) -> None:
    """Say what is wrong and what to do.

    Exit code 0: nothing has to be done (there may be warnings). 1: something has to be done.
    """
    findings = examine()
    failed = any(finding.level == "fail" for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": not failed, "findings": [asdict(one) for one in findings]}))
    else:
        for finding in findings:
            _show(finding)
    raise SystemExit(1 if failed else 0)


def _show(finding: Finding) -> None:
    # Mark and word, so that the colour carries nothing alone.
    mark, colour = {
        "ok": ("✓ ok  ", "green"),
        "warn": ("! warn", "yellow"),
        "fail": ("✗ fail", "red"),
    }[finding.level]
    click.echo(f"{click.style(mark, fg=colour)}  {finding.check}: {finding.found}")
    if finding.what_to_do:
        click.echo(f"        {finding.what_to_do}")
