"""Where a system that `warmline up` runs can be found by the other commands.

The data folder holds a lock, which is taken exactly as long as any process of the system lives,
and `up.json`, which says how to reach it. Two systems never share a folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import Conflict, SettingsError
from telephony.settings import Settings, load_settings, variable

# The watcher of a killed run needs up to its grace to end that run's processes.
LOCK_SECONDS = 12.0


@dataclass(frozen=True)
class Running:
    """A running system. `environment` holds every `WARMLINE_…` variable that it runs with."""

    pid: int
    web_url: str
    simulator_url: str
    environment: Mapping[str, str]


def find_running(data_dir: Path) -> Running | None:
    """The system that runs in this folder and is ready, or None."""
    try:
        with (data_dir / "up.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(FileNotFoundError, json.JSONDecodeError, TypeError):
            return Running(**json.loads((data_dir / "up.json").read_text()))
    except FileNotFoundError:
        pass
    return None


def announce(data_dir: Path, running: Running) -> None:
    """Tell the other commands. The file holds secrets, so only its owner may read it."""
    path = data_dir / "up.json"
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(vars(running), file, indent=1)
    fresh.replace(path)


@contextmanager
def only_one(data_dir: Path) -> Iterator[int]:
    """Hold the folder's lock; yields its file descriptor, to be shared with a leash.

    Waits for what a killed run leaves to be gone. Raises `Conflict` when a run is alive, and
    `SettingsError` when the folder cannot be made.
    """
    _make(data_dir)
    with (data_dir / "up.lock").open("ab") as lock:
        until = time.monotonic() + LOCK_SECONDS
        while not _locked(lock.fileno()):
            found = find_running(data_dir)
            if (found and _alive(found.pid)) or time.monotonic() > until:
                place = f" at {found.web_url} (process {found.pid})" if found else ""
                raise Conflict(
                    f"Warmline already runs in {data_dir}{place}.",
                    what_to_do="Use it, stop it, or set WARMLINE_DATA_DIR to another folder.",
                )
            time.sleep(0.1)
        (data_dir / "up.json").unlink(missing_ok=True)
        try:
            yield lock.fileno()
        finally:
            (data_dir / "up.json").unlink(missing_ok=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        usable = os.access(folder, os.W_OK | os.X_OK)
        why = "it may not be written to"
    except OSError as error:
        usable, why = False, str(error.strerror)
    if not usable:
        problem = f"{variable('data_dir')}: {folder} cannot hold the data: {why}"
        raise SettingsError(f"{problem}.", problems=(problem,))


def settings_here() -> Settings:
    """The settings of the system that runs in the data folder, if one does.

    What the environment says itself comes first, and is all there is when nothing runs.
    """
    folder = Path(os.environ.get("WARMLINE_DATA_DIR") or "var").resolve()
    running = find_running(folder)
    theirs = running.environment if running else {}
    fields = {name: theirs.get(variable(name)) for name in Settings.model_fields}
    open_fields = {
        name: value
        for name, value in fields.items()
        if value is not None and not os.environ.get(variable(name))
    }
    return load_settings(**open_fields)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
