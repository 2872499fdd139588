"""From when on a number is amber or red: one table. Shown with an icon and in words, never by
colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.wallboard.shapes import Level, LiveOut, ThresholdOut, TodayOut


@dataclass(frozen=True, slots=True)
class Threshold:
    """Amber and red begin at these values; `rising`: the higher the worse."""

    amber: float
    red: float
    rising: bool = True

    def level(self, value: float | None) -> Level:
        """How serious a value is; nothing without a value."""
        if value is None:
            return ""
        sign = 1 if self.rising else -1
        if sign * value >= sign * self.red:
            return "red"
        return "amber" if sign * value >= sign * self.amber else "good"


THRESHOLDS: Mapping[str, Threshold] = {
    "waiting": Threshold(3, 6),
    "longest_wait_ms": Threshold(60_000, 180_000),
    "longest_hold_ms": Threshold(60_000, 180_000),
    "promises_overdue": Threshold(1, 1),
    "service_level": Threshold(0.799_999, 0.599_999, rising=False),
    "average_answer_ms": Threshold(20_000, 60_000),
    "abandoned_share": Threshold(0.05, 0.1),
    "transfer_success": Threshold(0.899_999, 0.749_999, rising=False),
    "no_answer_share": Threshold(0.3, 0.5),
    "promises_on_time_share": Threshold(0.999_999, 0.9, rising=False),
    "lost": Threshold(1, 1),
}


def levels(live: LiveOut, today: TodayOut) -> dict[str, Level]:
    """How serious each number of a row is."""
    abandoned = today.abandoned / today.offered if today.offered else None
    values = {**live.model_dump(), **today.model_dump(), "abandoned_share": abandoned}
    return {name: each.level(values[name]) for name, each in THRESHOLDS.items()}


def told() -> dict[str, ThresholdOut]:
    """The table, for the pages."""
    return {
        name: ThresholdOut(amber=round(each.amber, 3), red=round(each.red, 3), rising=each.rising)
        for name, each in THRESHOLDS.items()
    }
