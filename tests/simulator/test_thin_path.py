"""One whole warm transfer on the network: the path everything else widens."""

from __future__ import annotations

from tests.simulator.support import ALICE, BOB, HOST, SERVICE, Town, conference

WAIT = "<Say>Please hold</Say><Play>https://app.test/music.mp3#t=8</Play><Redirect/>"


def _answers(town: Town) -> None:
    town.serve(
        voice='<Gather numDigits="1" action="/menu"><Say>Press one for support</Say></Gather>',
        menu=(
            '<Dial action="/after"><Conference waitUrl="/wait" participantLabel="customer" '
            'startConferenceOnEnter="false" statusCallback="/room" '
            'statusCallbackEvent="start end join leave">desk</Conference></Dial>'
        ),
        wait=WAIT,
        screen='<Gather numDigits="1" action="/accept"><Say>Press one to accept</Say></Gather>',
        accept=conference("desk", participantLabel="receiver", endConferenceOnExit="true"),
        after="<Say>Thank you</Say><Hangup/>",
    )


def test_a_caller_waits_with_music_and_talks_to_the_receiver_who_accepted() -> None:
    town = Town()
    _answers(town)
    town.phone(ALICE, press="1")
    town.phone(BOB, answer_after=2.0, press=[{"after": 1.5, "digits": "1"}])
    alice = town.ring_in()
    town.until(lambda: alice.room != "")
    bob = town.client.calls.create(
        to=BOB,
        from_=SERVICE,
        url=f"{HOST}/screen",
        status_callback=f"{HOST}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    receiver = town.net.calls[bob.sid]
    town.until(lambda: alice.hears == "people")
    assert town.heard(alice)[:2] == ["ringback", "prompt"]
    assert "hold" in town.heard(alice)
    assert alice.talks_with == (receiver.sid,)
    assert receiver.talks_with == (alice.sid,)
    town.act(receiver, "hangup")
    town.run(10)
    assert alice.status == "completed"
    assert town.said(alice)[-1] == "Thank you"
    assert [f["CallStatus"] for f in town.app.asked("/status")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    news = sorted(town.app.asked("/room"), key=lambda f: int(f["SequenceNumber"]))
    assert [f["StatusCallbackEvent"] for f in news] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]


def test_the_same_seed_writes_the_same_trace_and_another_seed_another() -> None:
    def story(seed: int) -> str:
        town = Town(seed=seed)
        _answers(town)
        town.phone(ALICE, press="1", hang_up_after=40.0)
        town.ring_in()
        town.run(60)
        return str(town.sim.control("GET", "/sim/trace?after=0"))

    assert story(3) == story(3)
    assert story(3) != story(4)


def test_every_webhook_carries_a_signature_the_sdk_accepts() -> None:
    town = Town()
    _answers(town)
    town.phone(ALICE, press="1", hang_up_after=20.0)
    town.ring_in()
    town.run(60)
    assert len(town.app.seen) > 5
    for seen in town.app.seen:
        fields = seen.fields if seen.method == "POST" else {}
        assert town.validator.validate(seen.url, fields, seen.headers["x-twilio-signature"])
