"""A report as CSV (RFC 4180), readable by people: times are local, durations are in seconds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.wallboard.shapes import ReportOut, ReportRowOut, TodayOut

_SKIPPED = frozenset({"label", "key", "since", "until"})
# A spreadsheet would take such a cell for a formula; names of departments are free text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: ReportOut) -> str:
    """All rows and, last, the total."""
    out = io.StringIO()
    names = [name for name in TodayOut.model_fields if name not in _SKIPPED]
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([report.kind, "from", "until", *(_column(name) for name in names)])
    for row in report.rows:
        writer.writerow([*_where(row, report.timezone), *(_cell(row, name) for name in names)])
    ends = (_local(report.since, report.timezone), _local(report.until, report.timezone))
    writer.writerow(["total", *ends, *(_cell(report.total, name) for name in names)])
    return out.getvalue()


def _where(row: ReportRowOut, zone: str) -> tuple[str, str, str]:
    label = f"'{row.label}" if row.label.startswith(_FORMULA) else row.label
    return label, _local(row.since, zone), _local(row.until, zone)


def _column(name: str) -> str:
    return name.removesuffix("_ms") + "_seconds" if name.endswith("_ms") else name


def _cell(row: TodayOut, name: str) -> str | int:
    value = getattr(row, name)
    if value is None:
        return ""
    if name.endswith("_ms"):
        return f"{value / 1000:.1f}"
    return f"{value:.4f}" if isinstance(value, float) else int(value)


def _local(ms: int, zone: str) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return moment.isoformat(timespec="seconds")
