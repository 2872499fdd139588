"""Executing one TwiML document after another on one leg, or in the background of a wait.

A script has a mode that says which verbs it may use: ``main`` (the call's own document),
``whisper`` (called party, before the bridge), ``room`` (wait, hold and announcement documents)
and ``queue`` (the waitUrl of ``<Enqueue>``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from simulator import calls, verbs
from simulator.callbacks import call_fields
from simulator.clock import Timer
from simulator.engine import Engine
from simulator.transport import Outcome
from simulator.twiml import Document, TwimlError, Verb, read
from simulator.webhooks import Webhook, deliver, error_code
from simulator.world import Call, Entry

if TYPE_CHECKING:
    from simulator.gather import Gather

APOLOGY = "We are sorry. An application error has occurred. Goodbye."
NOTHING = Entry()
_UNANSWERED = frozenset({"Reject", "Redirect", "Pause"})


class Script:
    """One leg's reading of its documents. ``done`` is told ended, hangup, leave or failed."""

    def __init__(
        self,
        net: Engine,
        call: Call,
        mode: str,
        done: Callable[[str], None],
        *,
        event: str = "voice",
        entry: Entry = NOTHING,
        extra: Callable[[], Mapping[str, str]] = dict,
        audience: Callable[[], list[str]] | None = None,
    ) -> None:
        self.net = net
        self.call = call
        self.mode = mode
        self.done = done
        self.event = event
        self.entry = entry
        self.extra = extra
        self.audience = audience or (lambda: [call.sid])
        self.alive = True
        self.audio = ""
        self.url = ""
        self.ran = False
        self.method = "POST"
        self.gather: Gather | None = None
        self.on_key: Callable[[str], None] | None = None
        self.on_hangup: Callable[[], None] | None = None
        self.pending: Verb | None = None
        self.timer: Timer | None = None
        self._turn = 0
        self._verbs: tuple[Verb, ...] = ()
        self._index = 0
        self._at_fallback = False

    # Fetching ------------------------------------------------------------------------------

    def start(self, fields: Mapping[str, str] | None = None) -> None:
        """Begin with the entry: a URL, or the document given inline (the URL wins)."""
        if self.entry.url:
            self.fetch(self.entry.url, self.entry.method, fields or {}, self.event)
        else:
            self._read(self.entry.twiml.encode(), "text/xml")

    def fetch(self, url: str, method: str, fields: Mapping[str, str], event: str) -> None:
        """Ask for the next document; what was running is over, and it is quiet meanwhile."""
        target = self.resolve(url)
        if target is None:
            self.fail(11100, url)
            return
        self.hush()
        turn = self._turn

        def arrived(outcome: Outcome, at: str) -> None:
            if self.alive and self._turn == turn:
                self._arrived(outcome, at, method)

        self._post(target, method, fields, event, arrived)

    def notify(self, url: str, method: str, fields: Mapping[str, str], event: str) -> None:
        """Request an action whose answer is ignored (the call is gone or went elsewhere)."""
        target = self.resolve(url)
        if target is not None:
            self._post(target, method, fields, event, lambda outcome, at: None)

    def resolve(self, url: str) -> str | None:
        """An absolute URL, relative to the current document; None when there is none."""
        target = urljoin(self.url, url)
        split = urlsplit(target)
        if split.scheme not in ("http", "https") or not split.netloc:
            return None
        return target if split.path else split._replace(path="/").geturl()

    def _post(
        self,
        url: str,
        method: str,
        fields: Mapping[str, str],
        event: str,
        done: Callable[[Outcome, str], None],
    ) -> None:
        everything = {**call_fields(self.net, self.call), **self.extra(), **fields}
        parties = (self.call.from_, self.call.to)
        method = "GET" if method.upper() == "GET" else "POST"
        deliver(self.net, Webhook(event, url, method, tuple(everything.items()), done, parties))

    def _arrived(self, outcome: Outcome, url: str, method: str) -> None:
        code = error_code(outcome)
        if code:
            self.fail(code, url)
            return
        self.url, self.method = url, method
        self._read(outcome.body, outcome.header("content-type"))

    def _read(self, body: bytes, content_type: str) -> None:
        try:
            document = read(body, content_type, self.mode)
        except TwimlError as error:
            self.fail(error.code, self.url)
            return
        if document.warnings:
            self.net.alert(12200, self.call.sid, self.url)
        self._at_fallback = False
        self.run(document)

    # Running -------------------------------------------------------------------------------

    def run(self, document: Document) -> None:
        """Execute a document from its first verb."""
        self.hush()
        self.ran = True
        self._verbs, self._index = document.verbs, 0
        self.next()

    def next(self) -> None:
        """Go on to the next verb, or to the end of the document."""
        self.hush()
        if not self.alive:
            return
        if self._index >= len(self._verbs):
            calls.pick_up(self.net, self.call)
            self.finish("ended")
            return
        verb = self._verbs[self._index]
        self._index += 1
        if self.mode == "main" and not self._waits_to_answer(verb):
            calls.pick_up(self.net, self.call)
        verbs.TABLE[verb.name](self, verb)

    @staticmethod
    def _waits_to_answer(verb: Verb) -> bool:
        """Whether an inbound call may still be ringing while this verb runs."""
        late = verb.name == "Dial" and verb.flag("answerOnBridge", False)
        return late or verb.name in _UNANSWERED

    def action(self, verb: Verb, fields: Mapping[str, str], event: str) -> None:
        """Fetch the verb's action, or without one go on to the next verb."""
        if verb.has("action"):
            self.fetch(verb.get("action"), verb.get("method", "POST"), fields, event)
        else:
            self.next()

    def sound(self, audio: str) -> None:
        """What the document now plays: speech, music or nothing."""
        if self.audio != audio:
            self.audio = audio
            self.net.touch(*self.audience())

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something when the verb's time is up, unless the script moves on before."""
        self.timer = self.net.clock.after(seconds, what)

    def hush(self) -> None:
        """End whatever the current verb was doing."""
        self._turn += 1
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.gather is not None:
            self.gather.close()
            self.gather = None
        self.on_key = None
        self.on_hangup = None
        self.sound("")

    def stop(self) -> None:
        """End the script without telling anyone."""
        self.alive = False
        self.hush()

    def finish(self, why: str) -> None:
        """End the script and tell its owner why."""
        if self.alive:
            self.stop()
            self.done(why)

    def fail(self, code: int, url: str) -> None:
        """A document could not be had or read: the fallback URL, else the spoken apology."""
        self.net.alert(code, self.call.sid, url)
        self.hush()
        fallback = self.entry.fallback_url
        if fallback and not self._at_fallback and self.mode == "main":
            self._at_fallback = True
            fields = {"ErrorCode": str(code), "ErrorUrl": url}
            self.fetch(fallback, self.entry.fallback_method, fields, "fallback")
            return
        if self.mode != "main":
            self.finish("failed")
            return
        calls.pick_up(self.net, self.call)
        verbs.speak(self, APOLOGY)
        self.later(verbs.speaking_time(self.net, APOLOGY), lambda: self.finish("failed"))
