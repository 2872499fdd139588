"""Our signatures are Twilio's signatures: compared with the SDK's validator on arbitrary input."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict

from telephony.twilio.signature import Pair, sign, verifier

TOKEN = "12345"
VECTOR_FIELDS: tuple[Pair, ...] = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
)
VECTOR = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

words = st.text(st.characters(codec="utf-8"), max_size=12)
forms = st.lists(st.tuples(words, words), max_size=8)
bases = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["calls.example.com", "127.0.0.1", "a.b"]),
    st.sampled_from(["", ":80", ":443", ":8000", ":4433"]),
)
targets = st.from_regex(
    r"/[a-z/]{1,10}(\?[a-z]{1,3}=[a-zA-Z0-9%+]{1,6}(&[a-z]=[0-9])?)?", fullmatch=True
)


def test_the_known_vector_of_the_sdk_is_reproduced() -> None:
    assert sign(TOKEN, "https://mycompany.com/myapp.php?foo=1&bar=2", VECTOR_FIELDS) == VECTOR


@given(base=bases, target=targets, pairs=forms)
def test_whatever_the_sdk_signs_we_accept_and_the_other_way_round(
    base: str, target: str, pairs: Sequence[Pair]
) -> None:
    sdk = RequestValidator(TOKEN)
    theirs = sdk.compute_signature(base + target, MultiDict(pairs))
    assert sign(TOKEN, base + target, pairs) == theirs
    assert verifier(TOKEN, base).valid(target, pairs, theirs)
    assert sdk.validate(base + target, MultiDict(pairs), sign(TOKEN, base + target, pairs))


@given(base=bases, signed_base=bases, target=targets, pairs=forms)
def test_the_port_may_be_written_or_left_out_exactly_where_the_sdk_allows_it(
    base: str, signed_base: str, target: str, pairs: Sequence[Pair]
) -> None:
    signature = sign(TOKEN, signed_base + target, pairs)
    allowed = RequestValidator(TOKEN).validate(base + target, MultiDict(pairs), signature)
    assert verifier(TOKEN, base).valid(target, pairs, signature) == allowed


@pytest.mark.parametrize("signature", [None, "", "x", "ü", "\ud800", VECTOR + "=", VECTOR.lower()])
def test_a_missing_or_malformed_signature_is_false_and_no_error(signature: str | None) -> None:
    ours = verifier(TOKEN, "https://mycompany.com")
    assert not ours.valid("/myapp.php?foo=1&bar=2", VECTOR_FIELDS, signature)


def test_without_a_token_nothing_is_valid() -> None:
    url = "https://mycompany.com/x"
    assert not verifier("", "https://mycompany.com").valid("/x", (), sign("", url))


@pytest.mark.parametrize(
    "changed",
    [
        (*VECTOR_FIELDS[:-1], ("Caller", "+14158675308")),
        VECTOR_FIELDS[:-1],
        (*VECTOR_FIELDS, ("Extra", "")),
        (*VECTOR_FIELDS, ("Digits", "1")),
    ],
)
def test_a_changed_form_does_not_fit_the_signature(changed: tuple[Pair, ...]) -> None:
    ours = verifier(TOKEN, "https://mycompany.com")
    assert ours.valid("/myapp.php?foo=1&bar=2", VECTOR_FIELDS, VECTOR)
    assert not ours.valid("/myapp.php?foo=1&bar=2", changed, VECTOR)
    assert not ours.valid("/myapp.php?foo=1&bar=3", VECTOR_FIELDS, VECTOR)
