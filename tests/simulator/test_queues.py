"""``<Enqueue>``, ``<Leave>``, ``<Dial><Queue>`` and members taken out by REST."""

from __future__ import annotations

from simulator.world import Call
from tests.simulator.support import ALICE, BOB, CAROL, HOST, Town

LINE = '<Enqueue action="/done" waitUrl="/wait">line</Enqueue>'


def _wait(town: Town, who: str = ALICE, document: str = LINE) -> Call:
    town.serve(voice=document)
    call = town.ring_in(who)
    town.run(1)
    return call


def _results(town: Town) -> list[str]:
    return [f["QueueResult"] for f in town.app.asked("/done")]


def test_the_wait_document_knows_the_place_and_loops_by_itself() -> None:
    """fact: §5 Enqueue waitUrl gets QueuePosition …; unlike Conference it loops by itself."""
    town = Town()
    town.serve(wait="<Play>m.mp3#t=4</Play>", done="<Say>bye</Say>")
    _wait(town)
    bob = _wait(town, BOB)
    town.run(20)
    asked = [f for f in town.app.asked("/wait") if f["CallSid"] == bob.sid]
    assert len(asked) > 3
    assert (asked[0]["QueuePosition"], asked[0]["CurrentQueueSize"]) == ("2", "2")
    assert int(asked[-1]["QueueTime"]) > 10
    assert asked[0]["MaxQueueSize"] == "1000"
    assert bob.hears == "hold"


def test_a_queue_without_a_wait_document_plays_music() -> None:
    """fact: §5 Enqueue makes its queue on demand."""
    town = Town()
    alice = _wait(town, document="<Enqueue>line</Enqueue>")
    assert alice.hears == "hold"
    assert town.client.queues.list()[0].friendly_name == "line"


def test_an_empty_wait_address_plays_music_or_nothing() -> None:
    """Twilio's page of the verb does not say what an empty address means, so both are played."""
    for silent, heard in ((False, "hold"), (True, "silence")):
        town = Town()
        town.net.switches.silent_empty_wait = silent
        assert _wait(town, document='<Enqueue waitUrl="">line</Enqueue>').hears == heard
        assert _wait(town, BOB, document="<Enqueue>line</Enqueue>").hears == "hold"


def test_leaving_and_hanging_up_are_told_apart() -> None:
    """fact: §5 QueueResult leave, hangup."""
    town = Town()
    town.serve(wait='<Gather numDigits="1" action="/out"/>', out="<Leave/>", done="<Say>bye</Say>")
    alice = _wait(town)
    town.act(alice, "digits", digits="1")
    town.run(2)
    assert town.said(alice) == ["bye"]
    bob = _wait(town, BOB)
    town.act(bob, "hangup")
    town.run(1)
    assert _results(town) == ["leave", "hangup"]


def test_a_full_queue_turns_the_call_away() -> None:
    """fact: §5 QueueResult queue-full; maxQueueSize."""
    town = Town()
    town.serve(done="<Say>bye</Say>")
    line = '<Enqueue action="/done" maxQueueSize="1">line</Enqueue>'
    _wait(town, document=line)
    bob = _wait(town, BOB, line)
    assert _results(town) == ["queue-full"]
    assert town.said(bob) == ["bye"]


def test_dial_queue_bridges_the_front_and_both_go_on_afterwards() -> None:
    """fact: §5 dequeued by Dial Queue: the Enqueue action fires when the bridge ends."""
    town = Town()
    town.serve(wait="<Play>m.mp3</Play>", done="<Say>bye</Say>", after="<Say>next caller</Say>")
    alice = _wait(town)
    carol = _wait(town, CAROL)
    bob = _wait(town, BOB, '<Dial action="/after" hangupOnStar="true"><Queue>line</Queue></Dial>')
    assert bob.talks_with == (alice.sid,)
    assert alice.talks_with == (bob.sid,)
    assert carol.hears == "hold"
    assert _results(town) == []
    town.act(alice, "hangup")
    town.run(2)
    assert _results(town) == ["hangup"]
    assert town.said(bob) == ["next caller"]


def test_the_member_goes_on_when_the_server_hangs_up() -> None:
    """fact: §5 QueueResult bridged."""
    town = Town()
    town.serve(wait="<Play>m.mp3</Play>", done="<Say>bye</Say>")
    alice = _wait(town)
    bob = _wait(town, BOB, "<Dial><Queue>line</Queue></Dial>")
    town.act(bob, "hangup")
    town.run(2)
    assert _results(town) == ["bridged"]
    assert town.said(alice) == ["bye"]


def test_a_server_waits_for_the_next_to_come_and_may_whisper_to_them() -> None:
    """fact: §5 Queue url runs on the member before the bridge."""
    town = Town()
    town.serve(hello="<Say>You will now speak with Bob</Say>", done="")
    bob = _wait(town, BOB, '<Dial><Queue url="/hello">line</Queue></Dial>')
    assert bob.hears == "ringback"
    alice = _wait(town)
    town.run(5)
    assert town.said(alice) == ["You will now speak with Bob"]
    assert alice.talks_with == (bob.sid,)


def test_a_dial_to_an_empty_queue_gives_up_after_its_timeout() -> None:
    """fact: §5 Dial's timeout."""
    town = Town()
    town.serve(after="<Say>nobody</Say>")
    bob = _wait(town, BOB, '<Dial timeout="5" action="/after"><Queue>line</Queue></Dial>')
    town.run(6)
    assert town.said(bob) == ["nobody"]


def test_the_front_can_be_sent_elsewhere_by_rest() -> None:
    """fact: §5 Members: Front, POST Url; the action fires at once."""
    town = Town()
    town.serve(wait="<Play>m.mp3</Play>", done="<Say>never</Say>", desk="<Say>desk</Say>")
    alice = _wait(town)
    queue = town.client.queues.list()[0]
    town.client.queues(queue.sid).members("Front").update(url=f"{HOST}/desk")
    town.run(1)
    assert town.said(alice) == ["desk"]
    assert _results(town) == ["redirected"]


def test_redirecting_a_bridged_member_is_told() -> None:
    """fact: §5 QueueResult redirected-from-bridged."""
    town = Town()
    town.serve(done="<Say>never</Say>", desk="<Say>desk</Say>")
    alice = _wait(town)
    _wait(town, BOB, "<Dial><Queue>line</Queue></Dial>")
    town.client.calls(alice.sid).update(url=f"{HOST}/desk")
    town.run(1)
    assert _results(town) == ["redirected-from-bridged"]
    assert town.said(alice) == ["desk"]
