"""The system's time: forward only, shared, and calm when somebody sets the host's clock."""

from __future__ import annotations

import pytest

from telephony.clock import ANCHOR, Clock, clock_of
from telephony.errors import SettingsError
from telephony.settings import load_settings


class Host:
    """A host whose clocks are moved by hand (seconds)."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 50.0

    def clock(self, speed: float = 1.0, anchor: int = 0) -> Clock:
        return Clock(speed, anchor, wall=lambda: self.wall, steady=lambda: self.steady)

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_it_is_the_wall_clock() -> None:
    host = Host()
    clock = host.clock()
    host.pass_by(12.5)
    assert clock.now_ms() == 1_800_000_012_500


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_of_an_hour_neither_fires_everything_nor_stops_time(jump: float) -> None:
    host = Host()
    clock = host.clock()
    before = clock.now_ms()
    host.wall += jump
    told = []
    for _ in range(100):
        host.pass_by(0.1)
        told.append(clock.now_ms() - before)
    assert told == sorted(told)
    assert 8_900 <= told[-1] <= 11_100
    for _ in range(24):
        host.pass_by(3600)
        clock.now_ms()
    assert clock.now_ms() == int(host.wall * 1000)


def test_a_small_correction_backwards_is_waited_out() -> None:
    host = Host()
    clock = host.clock()
    before = clock.now_ms()
    host.wall -= 0.5
    assert clock.now_ms() == before
    host.pass_by(1)
    assert clock.now_ms() == int(host.wall * 1000)


def test_processes_with_one_anchor_agree_however_late_they_start() -> None:
    host = Host()
    anchor = int(host.wall * 1000)
    early = host.clock(20, anchor)
    host.pass_by(3)
    late = host.clock(20, anchor)
    assert early.now_ms() == late.now_ms() == anchor + 60_000
    assert early.seconds(1000) == pytest.approx(0.05)


def test_a_faster_time_needs_a_common_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(speed=20, twilio_base_url="http://127.0.0.1:4010")
    with pytest.raises(SettingsError, match=ANCHOR):
        clock_of(settings)
    monkeypatch.setenv(ANCHOR, "1700000000000")
    assert clock_of(settings).now_ms() > Clock().now_ms()
    assert clock_of(load_settings()).speed == 1
