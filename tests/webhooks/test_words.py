"""Yes and no, as people say them to a machine."""

from __future__ import annotations

import pytest

from webhooks.words import agreed


@pytest.mark.parametrize(
    "said", ["yes", "Yes.", "Yeah, sure", "OK", "one", "sí", "Sí, por favor", "claro", "Uno."]
)
def test_a_plain_yes_is_a_yes(said: str) -> None:
    assert agreed(said) is True


@pytest.mark.parametrize("said", ["no", "No, thanks.", "nope", "two", "dos", "No gracias"])
def test_a_plain_no_is_a_no(said: str) -> None:
    assert agreed(said) is False


@pytest.mark.parametrize(
    "said",
    [
        "",
        "please",
        "yes no",
        "yes this is Ana",
        "maybe yes",
        "one moment",
        "no one",
        "1",
        "!?",
        "是",
    ],
)
def test_everything_else_is_neither(said: str) -> None:
    assert agreed(said) is None
