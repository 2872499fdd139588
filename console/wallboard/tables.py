"""Reports as CSV (RFC 4180), readable by people: times are local, durations are in seconds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Response

from console.wallboard.shapes import ReportOut, ReportRowOut, TodayOut
from console.wrapup_answers import WrapUpReportOut

_SKIPPED = frozenset({"label", "key", "since", "until"})
_MINUTE_MS = 60_000
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


def wrap_ups_as_csv(report: WrapUpReportOut) -> str:
    """A line for each code of each department and, last, the total."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["code", "name", "department", "wrap_ups", "minutes"])
    for row in report.rows:
        words = (row.code, _safe(row.name), _safe(row.department_name))
        writer.writerow([*words, row.count, f"{row.took_ms / _MINUTE_MS:.1f}"])
    writer.writerow(["total", "", "", report.total, f"{report.took_ms / _MINUTE_MS:.1f}"])
    return out.getvalue()


def csv_file(kind: str, text: str, since: int, until: int, zone: str) -> Response:
    """The answer that a browser keeps as a file; named by its first and last local day."""
    first, last = (_local(ms, zone)[:10] for ms in (since, until - 1))
    told = {
        "Content-Disposition": f'attachment; filename="warmline-{kind}-{first}-{last}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(text, content_type="text/csv; charset=utf-8", headers=told)


def _safe(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA) else words


def _where(row: ReportRowOut, zone: str) -> tuple[str, str, str]:
    return _safe(row.label), _local(row.since, zone), _local(row.until, zone)


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
