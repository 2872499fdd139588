"""How webhooks are delivered: signed, retried, redirected, remembered, and made to fail."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Response

from simulator.signature import sign
from simulator.webhooks import overrides_in
from tests.simulator.support import ALICE, BOB, HOST, SERVICE, Town, conference


def _voice(town: Town, url: str) -> None:
    town.net.update_number(town.number.sid, {"voice_url": url})


def test_the_signature_is_twilios() -> None:
    """fact: §4.1 the known vector of Twilio's own SDK."""
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_get_is_signed_over_its_query_alone() -> None:
    """fact: §4.1 GET: URL with query only."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_method": "GET"})
    town.serve(voice="<Say>Hi</Say>")
    town.ring_in()
    town.run(1)
    seen = town.app.seen[0]
    assert (seen.method, seen.fields["From"]) == ("GET", ALICE)
    assert town.validator.validate(seen.url, {}, seen.headers["x-twilio-signature"])


def test_the_fragment_is_neither_sent_nor_signed() -> None:
    """fact: §4.1 Twilio signs and requests without the fragment."""
    town = Town()
    _voice(town, f"{HOST}/voice?a=1#rc=2&rp=5xx")
    town.serve(voice="<Say>Hi</Say>")
    town.ring_in()
    town.run(1)
    seen = town.app.seen[0]
    assert seen.url == f"{HOST}/voice?a=1"
    assert town.lines("webhook")[0]["url"] == f"{HOST}/voice?a=1"


def test_a_refused_connection_is_tried_once_more_by_default() -> None:
    """fact: §4.2 rc=1, rp=ct: only connection failures, once; then the fallback."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_fallback_url": "https://other.test/x"})
    town.sim.apps["other.test"] = town.app
    town.serve(x="<Say>still here</Say>")
    town.sim.down.add("app.test")
    alice = town.ring_in()
    town.run(2)
    hooks = town.lines("webhook", event="voice")
    assert [(h["status"], h["attempt"], h["failure"]) for h in hooks] == [
        (0, 1, "connect"),
        (0, 2, "connect"),
    ]
    assert town.app.asked("/x")[0]["ErrorCode"] == "11205"
    assert town.said(alice) == ["still here"]


def test_a_server_error_is_not_retried_by_default() -> None:
    """fact: §4.2 by default a 5xx is not retried."""
    town = Town()
    town.serve(voice=Response(status=500))
    town.ring_in()
    town.run(2)
    assert len(town.app.asked("/voice")) == 1


def test_a_policy_in_the_fragment_retries_server_errors_with_the_same_token() -> None:
    """fact: §4.2 #rc=3&rp=5xx; I-Twilio-Idempotency-Token is the same for all attempts."""
    town = Town()
    _voice(town, f"{HOST}/voice#rc=3&rp=ct,5xx")
    answers: list[str | Response] = [
        Response(status=500),
        Response(status=502),
        "<Say>third time</Say>",
    ]
    town.serve(voice=lambda fields: answers.pop(0))
    alice = town.ring_in()
    town.run(2)
    assert town.said(alice) == ["third time"]
    tokens = {s.headers["i-twilio-idempotency-token"] for s in town.app.seen}
    assert (len(town.app.seen), len(tokens)) == (3, 1)
    assert [h["attempt"] for h in town.lines("webhook")] == [1, 2, 3]


def test_a_slow_answer_is_retried_only_if_asked_for_and_within_the_total() -> None:
    """fact: §4.2 rt, tt."""
    town = Town()
    _voice(town, f"{HOST}/voice#rc=5&rp=rt&rt=2000&tt=5000")
    town.sim.slow["/voice"] = 10.0
    town.serve(voice="<Say>late</Say>")
    alice = town.ring_in()
    town.run(6)
    assert len(town.app.asked("/voice")) == 3
    assert "application error" in town.said(alice)[0]


def test_overrides_are_kept_within_twilios_ranges() -> None:
    """fact: §4.2 the table of overrides."""
    wild = overrides_in("ct=1&rt=99999&tt=99999&rc=9")
    assert (wild.connect, wild.read, wild.total, wild.retries) == (0.1, 15.0, 15.0, 5)
    plain = overrides_in("")
    assert (plain.connect, plain.read, plain.total, plain.retries) == (5.0, 15.0, 15.0, 1)
    assert plain.policy == {"ct"}


def test_a_redirected_post_becomes_a_get_without_its_fields() -> None:
    """fact: §3.5 301/302 on POST is followed as GET and loses the parameters."""
    town = Town()
    town.serve(voice=Response(status=302, headers={"Location": "/moved"}), moved="<Say>moved</Say>")
    alice = town.ring_in()
    town.run(1)
    assert town.said(alice) == ["moved"]
    assert (town.app.seen[1].method, town.app.seen[1].fields) == ("GET", {})


def test_the_eleventh_redirect_is_one_too_many() -> None:
    """fact: §1.8 11215 more than 10 redirects."""
    town = Town()
    town.serve(voice=Response(status=302, headers={"Location": "/voice"}))
    town.ring_in()
    town.run(5)
    assert [a.code for a in town.net.alerts] == [11215]
    assert len(town.app.seen) == 11


def test_cookies_are_kept_for_the_pair_of_numbers() -> None:
    """fact: §3.5 cookies kept."""
    town = Town()
    kept = Response("<Response><Redirect>/two</Redirect></Response>", mimetype="text/xml")
    kept.set_cookie("session", "s1")
    town.serve(voice=kept, two="<Say>Hi</Say>")
    town.ring_in()
    town.run(1)
    assert town.app.seen[1].headers["cookie"] == "session=s1"


def test_a_host_that_does_not_exist_is_11210() -> None:
    """fact: §1.8 11210 bad host."""
    town = Town()
    _voice(town, "https://nowhere.test/x")
    town.ring_in()
    town.run(1)
    assert [a.code for a in town.net.alerts] == [11210]


@pytest.mark.parametrize("status", [200, 204])
def test_a_good_answer_to_a_callback_is_quiet_and_a_bad_one_is_15003(status: int) -> None:
    """fact: §3.4 answer 204 or 200, otherwise warning 15003."""
    town = Town()
    town.phone(BOB, busy=True)
    town.serve(status=Response(status=status))
    town.call_out(status_callback=f"{HOST}/status")
    town.run(2)
    assert town.net.alerts == []
    town.serve(status=Response(status=500))
    town.call_out(status_callback=f"{HOST}/status")
    town.run(2)
    assert [a.code for a in town.net.alerts] == [15003]


def test_a_room_callback_that_fails_is_16011() -> None:
    """fact: §1.8 16011 your conference callback answered an error."""
    town = Town()
    town.serve(
        voice=conference(statusCallback="/room", statusCallbackEvent="join"),
        room=Response(status=500),
    )
    town.ring_in()
    town.run(2)
    assert [a.code for a in town.net.alerts] == [16011]


def test_callbacks_may_overtake_one_another() -> None:
    """fact: §2.3, §4.2 separate requests, no order guaranteed; SequenceNumber tells it."""
    town = Town()
    town.net.switches.webhook_delay_max = 5.0
    town.phone(BOB, answer_after=0.5, hang_up_after=0.5)
    town.serve(out="<Pause length='9'/>")
    for _ in range(5):
        events = ["initiated", "ringing", "answered", "completed"]
        town.call_out(status_callback=f"{HOST}/status", status_callback_event=events)
    town.run(30)
    arrived = [int(f["SequenceNumber"]) for f in town.app.asked("/status")]
    assert len(arrived) == 20
    assert arrived != sorted(arrived)


def _fault(town: Town, name: str, **more: object) -> None:
    town.sim.control("POST", "/sim/faults", {"name": name, **more})


def test_a_callback_can_be_lost_doubled_and_late() -> None:
    town = Town()
    town.phone(BOB, busy=True)

    def told() -> int:
        town.app.seen.clear()
        town.call_out(status_callback=f"{HOST}/status")
        town.run(3)
        return len(town.app.asked("/status"))

    _fault(town, "webhook_lose", match="completed")
    assert told() == 0
    _fault(town, "webhook_duplicate", match="/status")
    assert told() == 2
    tokens = {s.headers["i-twilio-idempotency-token"] for s in town.app.seen}
    assert len(tokens) == 1
    _fault(town, "webhook_delay", match="completed", seconds=10)
    assert told() == 0
    town.run(10)
    assert len(town.app.asked("/status")) == 1
    assert told() == 1


def test_a_callback_can_be_made_to_arrive_after_the_next_one() -> None:
    town = Town()
    _fault(town, "webhook_reorder", match="initiated")
    town.phone(BOB, busy=True)
    town.call_out(
        status_callback=f"{HOST}/status", status_callback_event=["initiated", "completed"]
    )
    town.run(5)
    assert [f["SequenceNumber"] for f in town.app.asked("/status")] == ["1", "0"]


def test_a_lost_voice_request_looks_like_a_timeout() -> None:
    town = Town()
    town.net.update_number(town.number.sid, {"voice_fallback_url": f"{HOST}/fallback"})
    town.serve(voice="<Say>never</Say>", fallback="<Say>held</Say>")
    _fault(town, "webhook_lose", match="voice")
    alice = town.ring_in()
    town.run(16)
    assert town.said(alice) == ["held"]


def test_texts_are_told_step_by_step_and_not_their_first_state() -> None:
    """fact: §7 no callback for the initial state; sent, delivered follow."""
    town = Town()
    town.client.messages.create(
        to=ALICE, from_=SERVICE, body="Hello", status_callback=f"{HOST}/sms"
    )
    town.run(3)
    told = [f["MessageStatus"] for f in town.app.asked("/sms")]
    assert told == ["sending", "sent", "delivered"]
    assert town.lines("sms", to=ALICE, body="Hello")


def test_a_document_fetched_again_with_get_may_be_unchanged() -> None:
    """fact: §3.5 GET responses are cached by ETag."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_method": "GET"})
    asked: list[str] = []

    def voice(fields: dict[str, str]) -> Response:
        known = town.app.seen[-1].headers.get("if-none-match", "")
        asked.append(known)
        if known:
            return Response(status=304)
        text = "<Response><Say>Hi</Say><Redirect method='GET'/></Response>"
        return Response(text, mimetype="text/xml", headers={"ETag": '"one"'})

    town.serve(voice=voice)
    alice = town.ring_in()
    town.run(3)
    assert asked[0] == ""
    assert asked[-1] == '"one"'
    assert len(town.said(alice)) > 2
