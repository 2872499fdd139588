"""Judges a trace of the phone network: was any customer dropped, ever? (docs/reliability.md)"""

from __future__ import annotations

from warmline.verify.checker import Checker, Options, check
from warmline.verify.facts import (
    Acknowledged,
    Facts,
    Overdue,
    PromiseFact,
    TicketFact,
    TransferFact,
)
from warmline.verify.report import INVARIANTS, Report, Violation

__all__ = [
    "INVARIANTS",
    "Acknowledged",
    "Checker",
    "Facts",
    "Options",
    "Overdue",
    "PromiseFact",
    "Report",
    "TicketFact",
    "TransferFact",
    "Violation",
    "check",
]
