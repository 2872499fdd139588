"""Which of these tests run always, and which only when asked for."""

from __future__ import annotations

import os

import pytest

LONG = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("PROCESSES"), reason="takes minutes: run `make processes`"
    ),
]
