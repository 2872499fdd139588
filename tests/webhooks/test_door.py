"""The door of every /twilio/ route: forged, oversized, shifted, foreign and hostile requests."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from telephony.contact.model import Stage
from telephony.twilio import urls
from telephony.twilio.signature import sign
from tests.webhooks.support import ACCOUNT, BASE, CUSTOMER, OURS, TOKEN, Twilio, call_sid, document
from webhooks.guard import Door

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]

ROUTES = [
    urls.INCOMING,
    urls.MENU,
    urls.CUSTOMER,
    urls.CHOICE,
    urls.MESSAGE,
    urls.CONFIRM,
    urls.RECEIVER,
    urls.ACCEPT,
    urls.HOLD,
    urls.NEWS,
    urls.SOFTPHONE,
    urls.FALLBACK,
    urls.STATUS_CALL,
    urls.STATUS_ROOM,
    urls.STATUS_MACHINE,
    urls.STATUS_MESSAGE,
]
CALLED = {
    "AccountSid": ACCOUNT,
    "CallSid": CALL,
    "From": CUSTOMER,
    "To": OURS,
    "CallStatus": "ringing",
    "Direction": "inbound",
}


def test_every_route_of_ours_is_in_this_list(twilio: Twilio) -> None:
    door = twilio.client.application.wsgi_app
    assert isinstance(door, Door)
    assert set(door.routes) == set(ROUTES)
    beyond = {rule.rule for rule in twilio.client.application.url_map.iter_rules()}
    assert not {rule for rule in beyond if rule.startswith("/twilio/")}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("forged", [None, "", "AAAA", sign("another token", BASE)])
def test_a_missing_or_forged_signature_is_403(
    twilio: Twilio, route: str, forged: str | None
) -> None:
    assert twilio.raw(route, urlencode(CALLED).encode(), forged).status_code == 403
    assert not twilio.services.live.stages()


@pytest.mark.parametrize("route", ROUTES)
def test_a_get_without_signature_is_403_or_405(twilio: Twilio, route: str) -> None:
    allowed = route in (urls.HOLD, urls.FALLBACK)
    for method in (twilio.client.get, twilio.client.head):
        assert method(route).status_code == (403 if allowed else 405)
    for method in (twilio.client.put, twilio.client.delete, twilio.client.options):
        assert method(route).status_code == 405


def test_a_signature_of_another_route_or_query_does_not_fit(twilio: Twilio) -> None:
    pairs = tuple(CALLED.items())
    body = urlencode(pairs).encode()
    signature = sign(TOKEN, BASE + urls.HOLD + "?c=1", pairs)
    assert twilio.raw(urls.HOLD + "?c=2", body, signature).status_code == 403
    assert twilio.raw(urls.INCOMING, body, signature).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X-Original-URL": "/twilio/voice/hold"},
    ],
)
def test_host_and_forwarding_headers_decide_nothing(
    twilio: Twilio, headers: dict[str, str]
) -> None:
    """Fault 77: only the configured public address counts, for checking and in documents."""
    twilio.headers = headers
    pairs = tuple(CALLED.items())
    body = urlencode(pairs).encode()
    host = "https://evil.example"
    assert (
        twilio.raw(urls.INCOMING, body, sign(TOKEN, host + urls.INCOMING, pairs)).status_code == 403
    )
    answer = twilio.raw(urls.INCOMING, body, sign(TOKEN, BASE + urls.INCOMING, pairs))
    document(answer)
    assert b"evil.example" not in answer.data
    assert BASE.encode() in answer.data


def signed(twilio: Twilio, route: str, body: bytes, pairs: tuple[tuple[str, str], ...] = ()) -> int:
    return twilio.raw(route, body, sign(TOKEN, BASE + route, pairs)).status_code


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_of_ten_megabytes_is_413(twilio: Twilio, route: str) -> None:
    assert signed(twilio, route, b"a=" + b"x" * 10_000_000) == 413


def test_a_long_body_that_hides_its_length_is_413(twilio: Twilio) -> None:
    answer = twilio.client.post(
        urls.INCOMING,
        data=b"a" * 1_000_000,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        headers={"X-Twilio-Signature": "x"},
    )
    assert answer.status_code == 413


def test_ten_thousand_fields_are_400(twilio: Twilio) -> None:
    pairs = tuple((f"f{i}", "") for i in range(10_000))
    assert signed(twilio, urls.INCOMING, urlencode(pairs).encode()[:60_000], pairs) == 400


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_what_is_not_a_form_is_415(twilio: Twilio, kind: str) -> None:
    answer = twilio.raw(urls.INCOMING, b'{"CallSid":1}', sign(TOKEN, BASE + urls.INCOMING), kind)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [b"From=%00", b"From=%0d%0aX", b"From=%ff%fe", b"From=\xff", b"Fr%01om=x", b"From=%c2%85"],
)
def test_control_characters_and_broken_utf8_are_400(twilio: Twilio, body: bytes) -> None:
    pairs = tuple(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    assert signed(twilio, urls.INCOMING, body, pairs) in (400, 403)


@pytest.mark.parametrize(
    "shifted",
    [
        {"CallSidCA": CALL[2:]},
        {"CallSid": CALL + "Call"},
        {"CallSid": "CA../../x"},
        {"CallSid": CALL.replace("CA", "CF")},
        {"CallSid": ""},
        {"Direction": "sideways"},
        {"Digits": "1 or 1"},
        {"Digits": "1" * 60},
        {"AccountSid": "AC"},
    ],
)
def test_fields_shifted_under_a_fitting_signature_are_400(
    twilio: Twilio, shifted: dict[str, str]
) -> None:
    """Fault 71: Twilio's signature does not say where one field ends and the next begins."""
    fields = dict(CALLED)
    if "CallSidCA" in shifted:
        del fields["CallSid"]
    pairs = tuple({**fields, **shifted}.items())
    assert signed(twilio, urls.INCOMING, urlencode(pairs).encode(), pairs) == 400
    assert not twilio.services.live.stages()


def test_one_field_with_two_values_is_400(twilio: Twilio) -> None:
    pairs = (*CALLED.items(), ("CallSid", call_sid(2)))
    assert signed(twilio, urls.INCOMING, urlencode(pairs).encode(), pairs) == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"StatusCallbackEvent": "participant-explode"},
        {"SequenceNumber": "-1"},
        {"SequenceNumber": "٣"},
        {"SequenceNumber": ""},
        {"ConferenceSid": "wl-1"},
        {"CallSid": ""},
    ],
)
def test_a_room_event_that_is_none_is_400(twilio: Twilio, fields: dict[str, str]) -> None:
    good = {
        "ConferenceSid": "CF" + "0" * 32,
        "FriendlyName": f"wl-{CONTACT}",
        "StatusCallbackEvent": "participant-join",
        "CallSid": CALL,
        "SequenceNumber": "1",
    }
    answer = twilio.post(f"{urls.STATUS_ROOM}?c={CONTACT}", **{**good, **fields})
    assert answer.status_code == 400


def test_another_account_s_call_changes_nothing(twilio: Twilio) -> None:
    """Fault 78."""
    other = "AC" + "e" * 32
    voice = twilio.post(urls.INCOMING, **{**CALLED, "AccountSid": other})
    assert voice.status_code == 200
    assert list(document(voice)) == []
    status = twilio.post(urls.STATUS_CALL, **{**CALLED, "AccountSid": other})
    assert status.status_code == 204
    assert not twilio.services.live.stages()


NASTY = [
    "<Dial>+19005550100</Dial>",
    "</Say><Hangup/>",
    "]]><!--",
    "&lt;&amp;&#0;",
    '"><script>alert(1)</script>',
    "{company}{0}%s${x}",
    "اسم 名前 🦜 ‮gnihton",
    "'; DROP TABLE contacts; --",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_text_in_every_field_gives_well_formed_documents(
    twilio: Twilio, nasty: str
) -> None:
    """Fault 73: escaped or refused, never executed."""
    for name in ("From", "To", "CallerName", "FromCity", "SpeechResult", "ForwardedFrom", "X"):
        answer = twilio.post(urls.INCOMING, **{**CALLED, name: nasty})
        root = document(answer)
        assert root.find(".//Hangup") is None
        assert root.find(".//Number") is None
    asked = document(twilio.post(urls.INCOMING, **CALLED))
    gather = asked.find("Gather")
    assert gather is not None
    again = twilio.post(gather.attrib["action"], **{**CALLED, "SpeechResult": nasty})
    assert document(again).find("Gather") is not None


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("route", [urls.HOLD, urls.CUSTOMER, urls.RECEIVER, urls.MENU])
def test_hostile_text_in_our_own_query_gives_well_formed_documents(
    twilio: Twilio, nasty: str, route: str
) -> None:
    query = urlencode({"c": nasty, "l": nasty, "n": nasty, "k": nasty, "menu": nasty, "w": nasty})
    root = document(twilio.post(f"{route}?{query}", **CALLED))
    assert [verb.tag for verb in root][-2:] == ["Play", "Redirect"]


def test_a_leg_of_another_contact_gets_no_room(twilio: Twilio) -> None:
    """S7: the leg named in the address must be one of this contact's."""
    twilio.press(twilio.rings(CALL), CALL, "1")
    other = call_sid(2)
    twilio.press(twilio.rings(other, From="+12025550178"), other, "2")
    root = twilio.voice(f"{urls.CUSTOMER}?c={CONTACT}&l=l99", other)
    assert root.find("Dial") is None
    assert twilio.contact(CONTACT).stage is Stage.SEEKING


def test_a_replayed_webhook_has_no_second_effect(twilio: Twilio) -> None:
    """Fault 70."""
    asked = twilio.rings(CALL)
    twilio.press(asked, CALL, "1")
    twilio.joins(CONTACT, CALL, 1)
    before = twilio.contact(CONTACT)
    for _ in range(3):
        twilio.rings(CALL)
        twilio.press(asked, CALL, "1")
        twilio.press(asked, CALL, "2")
        twilio.joins(CONTACT, CALL, 1)
    assert twilio.contact(CONTACT) == before
