"""TwiML as text: one small function per verb. Everything that comes from outside is escaped.

Templates instead of a tree of objects, because a caller waits for every document; a test compares
each with what the SDK's builder makes of the same verbs.
"""

from __future__ import annotations

import re

HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = "</Response>"
HANGUP = "<Hangup/>"

# What XML 1.0 forbids even when escaped (w3.org/TR/xml/#charsets).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\n": "&#10;",
        "\r": "&#13;",
        "\t": "&#9;",
    }
)
_MAX_SAY = 4096  # characters, error 13520 beyond


def escape(text: str) -> str:
    """Safe as text and as an attribute; characters that XML cannot hold are left out."""
    if text.isalnum():
        return text
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)


def response(*verbs: str) -> str:
    """A complete document."""
    return HEAD + "".join(verbs) + TAIL


def say(tag: str, text: str) -> str:
    """Speak ``text``; ``tag`` is a language tag such as en-US."""
    return f'<Say language="{tag}">{escape(text[:_MAX_SAY])}</Say>'


def play(url: str, times: int = 1) -> str:
    repeated = f' loop="{times}"' if times > 1 else ""
    return f"<Play{repeated}>{escape(url)}</Play>"


def reject() -> str:
    """Do not answer the call; the caller hears that the line is busy."""
    return '<Reject reason="busy"/>'


def pause(seconds: int) -> str:
    return f'<Pause length="{seconds}"/>'


def redirect(url: str) -> str:
    return f'<Redirect method="POST">{escape(url)}</Redirect>'


def gather(
    inner: str,
    action: str,
    *,
    tag: str,
    timeout: int,
    speech: bool = False,
    hints: str = "",
) -> str:
    """Wait for one key, or for words too when ``speech``. Speaking or pressing interrupts."""
    listen = f' speechTimeout="auto" hints="{escape(hints)}"' if speech else ""
    return (
        f'<Gather input="{"dtmf speech" if speech else "dtmf"}" numDigits="1" finishOnKey="" '
        f'action="{escape(action)}" method="POST" timeout="{timeout}" bargeIn="true" '
        f'language="{tag}"{listen}>{inner}</Gather>'
    )


def record(action: str, *, seconds: int, silence: int) -> str:
    """Record up to ``seconds``; a pound key or ``silence`` seconds of quiet end it."""
    return (
        f'<Record action="{escape(action)}" method="POST" maxLength="{seconds}" '
        f'timeout="{silence}" finishOnKey="#" playBeep="true"/>'
    )


def conference(room: str, *, label: str, action: str, wait: str, status: str) -> str:
    """Into the room. Nobody's leaving ends it: whoever stays may still be needed (S1)."""
    return (
        f'<Dial action="{escape(action)}" method="POST"><Conference '
        f'participantLabel="{escape(label)}" startConferenceOnEnter="true" '
        f'endConferenceOnExit="false" beep="false" waitUrl="{escape(wait)}" waitMethod="POST" '
        f'statusCallback="{escape(status)}" statusCallbackMethod="POST" '
        f'statusCallbackEvent="start end join leave mute hold modify announcement">'
        f"{escape(room)}</Conference></Dial>"
    )
