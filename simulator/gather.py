"""``<Gather>``: listening for keys and speech (https://www.twilio.com/docs/voice/twiml/gather)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import phones, verbs
from simulator.callbacks import call_fields, send_status
from simulator.clock import Timer
from simulator.twiml import Verb
from simulator.world import Hook

if TYPE_CHECKING:
    from simulator.script import Script

MAX_SPEECH_SECONDS = 60.0
AUTO_SILENCE = 1.0


class Gather:
    """One Gather in progress on a script."""

    def __init__(self, script: Script, verb: Verb) -> None:
        self.script = script
        self.verb = verb
        kinds = verb.get("input", "dtmf").split()
        self.wants_keys = "dtmf" in kinds
        self.wants_speech = "speech" in kinds
        self.timeout = verb.number("timeout", 5)
        self.finish_key = verb.get("finishOnKey") if verb.has("finishOnKey") else "#"
        self.most = int(verb.number("numDigits", 0))
        self.digits = ""
        self.spoken = ""
        self.listening = False
        self.open = True
        self._partials = 0
        self._timer: Timer | None = None
        self._prompts = list(verb.children)

    def start(self) -> None:
        """Play the nested prompts; with bargeIn (the default) listen from the start."""
        barge_in = self.verb.flag("bargeIn", True)
        if barge_in:
            self._listen()
        self._prompt()

    def _listen(self) -> None:
        if not self.listening:
            self.listening = True
            phones.gathering(self.script.net, self.script.call, self)

    def _prompt(self) -> None:
        if not self.open:
            return
        if self._prompts:
            verbs.prompt(self.script, self._prompts.pop(0), self._prompt)
            return
        self.script.sound("")
        self._listen()
        self._wait(self.timeout)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.script.net.clock.after(seconds, self._silence)

    def _silence(self) -> None:
        self._end()

    def _quieten(self) -> None:
        """A person is heard: whatever prompt is playing stops."""
        self._prompts.clear()
        if self.script.timer is not None:
            self.script.timer.cancel()
            self.script.timer = None
        self.script.sound("")

    def key(self, key: str) -> None:
        """One key was pressed. After speech began, keys do not count (first kind wins)."""
        if not (self.open and self.listening and self.wants_keys) or self.spoken:
            return
        self._quieten()
        if key == self.finish_key:
            self._end()
            return
        self.digits += key
        if self.most and len(self.digits) >= self.most:
            self._end()
        else:
            self._wait(self.timeout)

    def speech(self, text: str) -> None:
        """A sentence was spoken; it takes its time, and then speechTimeout of silence."""
        if not (self.open and self.listening and self.wants_speech) or self.digits:
            return
        self._quieten()
        self.spoken = f"{self.spoken} {text}".strip()
        self._partial()
        silence = self.verb.get("speechTimeout")
        pause = (
            AUTO_SILENCE if silence == "auto" else self.verb.number("speechTimeout", self.timeout)
        )
        talking = min(MAX_SPEECH_SECONDS, verbs.speaking_time(self.script.net, text))
        self._wait(talking + pause)

    def _partial(self) -> None:
        target = self.script.resolve(self.verb.get("partialResultCallback"))
        if target is None or not self.verb.get("partialResultCallback"):
            return
        net, call = self.script.net, self.script.call
        fields = {
            **call_fields(net, call),
            "UnstableSpeechResult": "",
            "StableSpeechResult": self.spoken,
            "Stability": "0.9",
            "SequenceNumber": str(self._partials),
        }
        self._partials += 1
        method = self.verb.get("partialResultCallbackMethod", "POST").upper()
        send_status(net, Hook(target, method), "partial-result", fields, call)

    def close(self) -> None:
        """Stop listening; nothing is reported."""
        self.open = False
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        """Report what was gathered; nothing at all falls through to the next verb."""
        self.close()
        script = self.script
        fields: dict[str, str] = {}
        if self.digits:
            fields["Digits"] = self.digits
        if self.spoken:
            fields["SpeechResult"] = self.spoken
            fields["Confidence"] = "0.92"
        if not fields:
            if not self.verb.flag("actionOnEmptyResult", False):
                script.next()
                return
            fields = {"Digits": ""} if self.wants_keys else {"SpeechResult": ""}
        action = self.verb.get("action") or script.url
        script.fetch(action, self.verb.get("method", "POST"), fields, "gather")
