"""The TwiML verbs, one function each; `TABLE` is the list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator import calls, dialing, queues, recordings
from simulator import gather as gathers
from simulator.engine import Engine
from simulator.twiml import Verb

if TYPE_CHECKING:
    from simulator.script import Script

MAX_SPEECH = 4096


def speaking_time(net: Engine, text: str) -> float:
    """Seconds it takes to say ``text`` at the switch ``speech_rate``."""
    return max(0.3, round(len(text) / net.switches.speech_rate, 3))


def playing_time(net: Engine, url: str) -> float:
    """Nominal length of a recording: ``#t=SECONDS`` on its URL, else switch ``play_seconds``."""
    fragment = urlsplit(url).fragment
    try:
        return (
            max(0.1, float(fragment.removeprefix("t=")))
            if fragment[:2] == "t="
            else (net.switches.play_seconds)
        )
    except ValueError:
        return net.switches.play_seconds


def speak(script: Script, text: str) -> None:
    """Say a sentence to everyone the script reaches, and write it down as said."""
    script.sound("speech")
    for sid in script.audience():
        script.net.calls[sid].said = text
        script.net.trace.write("said", call=sid, text=text)


def prompt(script: Script, verb: Verb, then: Callable[[], None]) -> None:
    """Perform Say, Play or Pause (also inside Gather), then go on."""
    loops = int(verb.number("loop", 1))

    def once(left: int) -> None:
        seconds = _perform(script, verb)
        script.later(seconds, lambda: then() if left == 1 else once(max(0, left - 1)))

    once(loops)


def _perform(script: Script, verb: Verb) -> float:
    """Start one Say, Play or Pause; returns its seconds."""
    net = script.net
    if verb.name == "Pause":
        script.sound("")
        return max(0.0, verb.number("length", 1))
    if verb.name == "Say":
        text = verb.text[:MAX_SPEECH]
        if not text:
            return 0.001
        speak(script, text)
        return speaking_time(net, text)
    if verb.has("digits"):
        script.sound("speech")
        return max(0.1, 0.5 * len(verb.get("digits")))
    script.sound("music")
    return playing_time(net, verb.text)


def _prompt(script: Script, verb: Verb) -> None:
    prompt(script, verb, script.next)


def _gather(script: Script, verb: Verb) -> None:
    script.gather = gathers.Gather(script, verb)
    script.gather.start()


def _redirect(script: Script, verb: Verb) -> None:
    script.fetch(verb.text, verb.get("method", "POST"), {}, script.event)


def _hangup(script: Script, verb: Verb) -> None:
    del verb
    script.finish("hangup")


def _reject(script: Script, verb: Verb) -> None:
    """Only an inbound call that nobody has picked up can be rejected; else it is skipped."""
    if script.call.answered is not None or script.call.direction != "inbound":
        script.net.alert(12200, script.call.sid, script.url)
        script.next()
        return
    busy = verb.get("reason") == "busy"
    calls.finish(script.net, script.call, "busy" if busy else "no-answer", "service")


def _leave(script: Script, verb: Verb) -> None:
    del verb
    if script.mode == "queue":
        script.finish("leave")
    else:
        script.next()


def _dial(script: Script, verb: Verb) -> None:
    dialing.start(script, verb)


def _enqueue(script: Script, verb: Verb) -> None:
    queues.enqueue(script, verb)


def _record(script: Script, verb: Verb) -> None:
    recordings.record_verb(script, verb)


TABLE: dict[str, Callable[[Script, Verb], None]] = {
    "Say": _prompt,
    "Play": _prompt,
    "Pause": _prompt,
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
    "Leave": _leave,
    "Dial": _dial,
    "Enqueue": _enqueue,
    "Record": _record,
}
