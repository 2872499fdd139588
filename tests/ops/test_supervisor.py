from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from telephony.errors import WarmlineError
from tests.ops.waiting import LIMIT, alive, wait_for
from warmline.supervisor import ProcessSpec, Supervisor


def dummy(name: str, program: str, **more: object) -> ProcessSpec:
    command = (sys.executable, "-S", "-c", textwrap.dedent(program))
    return ProcessSpec(name, command, **more)  # type: ignore[arg-type]


class Record:
    """What the children printed, and what to do when they do."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.when: dict[str, Callable[[], object]] = {}
        self.began = time.monotonic()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        assert time.monotonic() - self.began < LIMIT, self.lines
        for text, act in tuple(self.when.items()):
            if text in line:
                del self.when[text]
                act()

    def printed_by(self, name: str) -> list[str]:
        return [line for who, line in self.lines if who == name]


SAYS_PID_AND_STAYS = "import os, time; print('pid', os.getpid()); time.sleep(60)"


def test_a_child_that_ends_is_started_again_with_a_growing_pause() -> None:
    record = Record()
    supervisor = Supervisor(
        [dummy("worker", "print('up'); raise SystemExit(3)")], environ=os.environ, write=record
    )
    record.when["starts again in 0.4 s"] = supervisor.stop
    supervisor.run(lambda: None)
    assert record.printed_by("worker") == [
        "up",
        "ended with code 3; starts again in 0.1 s",
        "up",
        "ended with code 3; starts again in 0.2 s",
        "up",
        "ended with code 3; starts again in 0.4 s",
    ]


def test_a_child_killed_from_outside_comes_back_and_the_others_stay() -> None:
    record = Record()
    specs = [dummy("a", SAYS_PID_AND_STAYS), dummy("b", SAYS_PID_AND_STAYS)]
    supervisor = Supervisor(specs, environ=os.environ, write=record)

    def kill_b() -> None:
        wait_for_lines(record, "a", 1)
        wait_for_lines(record, "b", 1)
        os.kill(int(record.printed_by("b")[0].split()[1]), signal.SIGKILL)

    def wait_for_lines(record: Record, name: str, count: int) -> None:
        until = time.monotonic() + LIMIT
        while len(record.printed_by(name)) < count and time.monotonic() < until:
            supervisor._read(0.05)

    record.when["ended with code -9"] = lambda: record.when.update({"pid": supervisor.stop})
    supervisor.run(kill_b)
    assert len(record.printed_by("a")) == 1
    assert len([line for line in record.printed_by("b") if line.startswith("pid")]) == 2


def test_nobody_is_left_after_a_stop_not_even_a_grandchild_that_ignores_sigterm() -> None:
    record = Record()
    program = """
        import os, signal, subprocess, sys, time
        deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); " \\
            "print('deaf', flush=True); time.sleep(60)"
        child = subprocess.Popen([sys.executable, "-S", "-c", deaf])
        print("pids", os.getpid(), child.pid)
        time.sleep(60)
    """
    supervisor = Supervisor([dummy("web", program)], environ=os.environ, write=record)
    record.when["deaf"] = supervisor.stop
    supervisor.run(lambda: None)
    (line,) = [line for line in record.printed_by("web") if line.startswith("pids")]
    assert [alive(int(pid)) for pid in line.split()[1:]] == [False, False]


def test_the_next_starts_when_the_one_before_is_ready_and_learns_what_was_prepared(
    tmp_path: Path,
) -> None:
    record = Record()
    flag = tmp_path / "flag"

    def prepare() -> Mapping[str, str]:
        record.lines.append(("test", "prepared"))
        return {"TOLD": "a secret"}

    first = dummy(
        "first",
        f"import time; time.sleep(.3); print('open'); open({str(flag)!r}, 'w'); time.sleep(60)",
        ready=flag.exists,
        prepare=prepare,
    )
    second = dummy("second", "import os, time; print(os.environ['TOLD']); time.sleep(60)")
    supervisor = Supervisor([first, second], environ=os.environ, write=record)
    record.when["a secret"] = supervisor.stop
    supervisor.run(lambda: record.lines.append(("test", "all ready")))
    assert record.printed_by("second") == ["a secret"]
    assert record.printed_by("test") == ["prepared", "all ready"]


def test_what_was_prepared_is_prepared_again_for_one_that_lost_it() -> None:
    record = Record()
    prepared = iter(("first", "second"))
    specs = [
        dummy(
            "simulator",
            SAYS_PID_AND_STAYS,
            ready=lambda: bool(record.printed_by("simulator")),
            prepare=lambda: {"KEY": next(prepared)},
        ),
        dummy("web", "import os, time; print('key', os.environ['KEY']); time.sleep(60)"),
    ]
    supervisor = Supervisor(specs, environ=os.environ, write=record)
    record.when["key first"] = lambda: os.kill(
        int(record.printed_by("simulator")[0].split()[1]), signal.SIGKILL
    )
    record.when["key second"] = supervisor.stop
    supervisor.run(lambda: None)
    assert [line for line in record.printed_by("web") if line.startswith("key")] == [
        "key first",
        "key second",
    ]


def test_foundations_go_last() -> None:
    record = Record()
    program = """
        import signal, sys, time
        def leave(*_):
            time.sleep(.2)
            print("left")
            sys.exit()
        signal.signal(15, leave)
        print("here")
        time.sleep(60)
    """
    supervisor = Supervisor(
        [dummy("redis", program, foundation=True), dummy("worker", program)],
        environ=os.environ,
        write=record,
    )

    def stop_when_both_are_here() -> None:
        while len(record.lines) < 2 and time.monotonic() - record.began < LIMIT:
            supervisor._read(0.05)
        supervisor.stop()

    supervisor.run(stop_when_both_are_here)
    assert [name for name, line in record.lines if line == "left"] == ["worker", "redis"]


def test_one_that_never_gets_ready_ends_the_start_with_its_name() -> None:
    record = Record()
    spec = dummy("web", SAYS_PID_AND_STAYS, ready=lambda: False, ready_limit=0.5)
    with pytest.raises(WarmlineError, match=r"web was not ready within 0\.5 seconds"):
        Supervisor([spec], environ=os.environ, write=record).run(lambda: None)
    (line,) = record.printed_by("web")
    assert not alive(int(line.split()[1]))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_go_with_their_supervisor_however_it_ends(number: int) -> None:
    program = textwrap.dedent(f"""
        import os, sys
        from warmline.supervisor import ProcessSpec, Supervisor
        spec = ProcessSpec("a", (sys.executable, "-S", "-c", {SAYS_PID_AND_STAYS!r}))
        say = lambda name, line: print(line, flush=True)
        Supervisor([spec], environ=os.environ, write=say).run(lambda: None)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[1])
    assert alive(pid)
    parent.send_signal(number)
    parent.communicate(timeout=LIMIT)
    wait_for(lambda: not alive(pid))
