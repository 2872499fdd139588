"""The company that ships with Warmline: Harbor Supplies."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from telephony.routing.model import Company
from telephony.routing.text import from_yaml

EXAMPLE_FILE = Path(__file__).with_name("example_company.yaml")


@lru_cache(maxsize=1)
def example_company() -> Company:
    """Harbor Supplies, read once from the file beside this module."""
    return from_yaml(EXAMPLE_FILE.read_bytes())
