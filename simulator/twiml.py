"""Reading TwiML: from bytes to verbs, with Twilio's error codes for what cannot be read.

Rules: https://www.twilio.com/docs/voice/twiml and the error dictionary (11750, 12100, 12200,
12300, 13238, 13201).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from xml.etree import ElementTree

MAX_BYTES = 64 * 1024
_XML_TYPES = ("text/xml", "application/xml", "text/html", "")

VERBS = frozenset(
    {
        "Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Reject", "Record",
        "Enqueue", "Leave", "Dial",
    }
)  # fmt: skip
ALLOWED: dict[str, frozenset[str]] = {
    "main": VERBS,
    "whisper": frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"}),
    "room": frozenset({"Say", "Play", "Pause", "Redirect"}),
    "queue": frozenset({"Say", "Play", "Pause", "Hangup", "Redirect", "Leave", "Gather"}),
}
NESTED: dict[str, frozenset[str]] = {
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Number", "Client", "Sip", "Queue", "Conference"}),
    "Client": frozenset({"Identity", "Parameter"}),
    "Enqueue": frozenset({"Task"}),
}


class TwimlError(Exception):
    """A document that cannot be executed; ``code`` is Twilio's."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: its attributes, its own text, and its children."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple[Verb, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """An attribute's text."""
        return next((value for key, value in self.attributes if key == name), default)

    def has(self, name: str) -> bool:
        """Whether the attribute is there, even if empty."""
        return any(key == name for key, _ in self.attributes)

    def flag(self, name: str, default: bool) -> bool:
        """A boolean attribute; what is neither true nor false keeps the default."""
        return {"true": True, "false": False}.get(self.get(name).strip().lower(), default)

    def number(self, name: str, default: float) -> float:
        """A numeric attribute; what is not a number of at least 0 keeps the default."""
        try:
            value = float(self.get(name, ""))
        except ValueError:
            return default
        return value if isfinite(value) and value >= 0 else default


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be run, and how many schema warnings (12200) it earned."""

    verbs: tuple[Verb, ...]
    warnings: int = 0


@lru_cache(maxsize=512)
def read(body: bytes, content_type: str, mode: str) -> Document:
    """The document for a mode (main, whisper, room, queue); raises `TwimlError`."""
    if len(body) > MAX_BYTES:
        raise TwimlError(11750, "the document is longer than 64 kB")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Document((Verb("Play", text="(audio answer)"), Verb("Hangup")))
    if kind == "text/plain":
        return _plain(body, mode)
    if kind not in _XML_TYPES:
        raise TwimlError(12300, f"{kind} is not a content type Twilio reads")
    if not body.strip():
        return Document(())
    return _document(_root(body), mode)


def _plain(body: bytes, mode: str) -> Document:
    """text/plain is executed if it is TwiML and spoken if it is not."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return _document(_root(body), mode)
    return Document((Verb("Say", text=text),) if text else ())


def _root(body: bytes) -> ElementTree.Element:
    if b"<!ENTITY" in body:
        raise TwimlError(12100, "entities are not allowed")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise TwimlError(12100, f"not well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12100, f"the root is {root.tag}, not Response")
    return root


def _document(root: ElementTree.Element, mode: str) -> Document:
    verbs: list[Verb] = []
    warnings = 0
    for element in root:
        name = str(element.tag)
        if name not in ALLOWED[mode]:
            if mode == "room":
                raise TwimlError(13238, f"{name} cannot be in a conference document")
            if mode == "whisper" and name == "Dial":
                raise TwimlError(13201, "Dial cannot run on the called party's leg")
            warnings += 1
            continue
        verb, wrong = _verb(element)
        warnings += wrong
        verbs.append(verb)
    return Document(tuple(verbs), warnings)


def _verb(element: ElementTree.Element) -> tuple[Verb, int]:
    name = str(element.tag)
    allowed = NESTED.get(name)
    children: list[Verb] = []
    warnings = 0
    for child in element:
        if allowed is not None and child.tag in allowed:
            nested, wrong = _verb(child)
            children.append(nested)
            warnings += wrong
        elif name != "Say":
            warnings += 1
    text = "".join(element.itertext()) if name == "Say" else element.text or ""
    attributes = tuple((str(key), value) for key, value in element.attrib.items())
    return Verb(name, attributes, " ".join(text.split()), tuple(children)), warnings
