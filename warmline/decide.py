"""Fills in what the environment leaves open, before `warmline up` starts anything."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from telephony.clock import ANCHOR
from telephony.embedded import EmbeddedRedis, free_port
from telephony.errors import SettingsError
from telephony.routing.example import example_company
from telephony.settings import PREFIX, Settings, load_settings, variable

_PORTS = (("WARMLINE_WEB_PORT", 8000), ("WARMLINE_SIMULATOR_PORT", 4010))


@dataclass(frozen=True)
class System:
    """The settings, which of the foundations `up` brings itself, and what to tell the person.

    `environment` holds the `WARMLINE_…` variables for all processes.
    """

    settings: Settings
    environment: Mapping[str, str]
    redis: EmbeddedRedis | None = None
    simulated: bool = False
    notes: tuple[str, ...] = ()

    @property
    def web_url(self) -> str:
        """Where the web process listens on this machine."""
        return f"http://127.0.0.1:{self.settings.web_port}"


def decide(given: Mapping[str, str], folder: Path) -> System:
    """Choose ports, Redis, account and secrets for a system with its data in `folder`.

    Raises `SettingsError`. In production nothing is chosen: all has to be given.
    """
    chosen = {name: value for name, value in given.items() if value}
    chosen["WARMLINE_DATA_DIR"] = str(folder)
    if chosen.get("WARMLINE_ENVIRONMENT") == "production":
        return System(_settings(chosen), chosen)
    _whole_account(chosen)
    notes = _choose_ports(chosen)
    redis = None
    if "WARMLINE_REDIS_URL" not in chosen:
        redis = EmbeddedRedis(folder / "redis")
        chosen["WARMLINE_REDIS_URL"] = redis.url
    kept = _kept_secrets(folder)
    chosen.setdefault("WARMLINE_SECRET_KEY", kept["secret_key"])
    simulated = not {"WARMLINE_TWILIO_ACCOUNT_SID", "WARMLINE_TWILIO_BASE_URL"} & chosen.keys()
    if simulated:
        port = chosen["WARMLINE_SIMULATOR_PORT"]
        chosen["WARMLINE_TWILIO_BASE_URL"] = f"http://127.0.0.1:{port}"
        chosen["WARMLINE_TWILIO_ACCOUNT_SID"] = kept["account_sid"]
        chosen["WARMLINE_TWILIO_AUTH_TOKEN"] = kept["auth_token"]
        chosen.setdefault("WARMLINE_CALLER_ID", example_company().caller_id)
    settings = _settings(chosen)
    if settings.speed != 1:
        # All processes count the faster time from this moment.
        chosen.setdefault(ANCHOR, str(time.time_ns() // 1_000_000))
    chosen["WARMLINE_PUBLIC_URL"] = settings.public_url
    chosen["WARMLINE_DATABASE_URL"] = settings.database_url
    return System(settings, chosen, redis, simulated, notes)


def _settings(chosen: Mapping[str, str]) -> Settings:
    fields = {name: chosen.get(variable(name)) for name in Settings.model_fields}
    return load_settings(**{name: value for name, value in fields.items() if value is not None})


def _whole_account(chosen: Mapping[str, str]) -> None:
    """Half an account would start, and then be refused by Twilio at every step."""
    names = ("WARMLINE_TWILIO_ACCOUNT_SID", "WARMLINE_TWILIO_AUTH_TOKEN")
    lacking = [name for name in names if name not in chosen]
    if len(lacking) == 1:
        problem = f"{lacking[0]}: must be set together with {(set(names) - set(lacking)).pop()}"
        raise SettingsError(f"{problem}.", problems=(problem,))


def _choose_ports(chosen: dict[str, str]) -> tuple[str, ...]:
    notes = []
    for name, usual in _PORTS:
        wanted = chosen.get(name, str(usual))
        if not wanted.isdigit() or int(wanted) > 65535:
            problem = f"{name}: must be a port number, 0 for any free one"
            raise SettingsError(f"{problem}.", problems=(problem,))
        port = int(wanted)
        if port and not _is_free(port):
            port = free_port()
            notes.append(f"Port {wanted} is in use; {name.removeprefix(PREFIX)} is {port} instead")
        chosen[name] = str(port or free_port())
    return tuple(notes)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # A connection that ended a moment ago does not occupy the port for a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _kept_secrets(folder: Path) -> Mapping[str, str]:
    """Made once per data folder, so that sessions and contacts survive a restart."""
    path = folder / "secrets.json"
    if not path.exists():
        fresh = {
            "secret_key": secrets.token_urlsafe(32),
            "account_sid": "AC" + secrets.token_hex(16),
            "auth_token": secrets.token_hex(16),
        }
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)
        new.replace(path)
    try:
        kept: dict[str, str] = json.loads(path.read_text())
        return {name: str(kept[name]) for name in ("secret_key", "account_sid", "auth_token")}
    except (OSError, ValueError, TypeError, KeyError) as error:
        problem = f"{path}: cannot be read ({error}); remove it, and everybody signs in again"
        raise SettingsError(f"{problem}.", problems=(problem,)) from error
