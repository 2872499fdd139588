"""Everything that Warmline says: in each language the usual sentence, or the company's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.routing_desk import Desk
from console.routing_pages import frame
from console.routing_pages.departments import languages_of
from console.routing_pages.fields import part, text
from console.routing_pages.frame import Clash, Document, Page, Part, Typed
from telephony.prompts import Prompt, placeholders, sentences, speech_tag
from telephony.store.ledger import Role

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Greeting and menu": (
        "greeting",
        "recording",
        "menu",
        "plain",
        "not_understood",
        "silence",
        "to_person",
        "language",
        "connecting",
        "one_moment",
    ),
    "On hold": ("hold", "line_restored"),
    "Choices while waiting": ("choice",),
    "Closed": ("closed",),
    "Promises, messages and tickets": ("promise", "message", "ticket", "system", "goodbye"),
    "To the receiver": ("whisper", "accept", "declined", "customer_gone", "transfer_over"),
    "Callbacks": ("callback",),
    "To the agent": ("agent",),
    "Text messages": ("sms",),
    "Times": ("time", "duration"),
}
EXAMPLES: Mapping[str, str] = {
    "company": "Harbor Supplies",
    "department": "billing",
    "customer": "Maria",
    "from_name": "Ana",
    "name": "Ana",
    "topic": "an invoice",
    "choice": "sales",
    "word": "sales",
    "key": "1",
    "place": "2",
    "wait": "4 minutes",
    "time": "9:00 AM",
    "day": "Monday",
    "when": "tomorrow at 9:00 AM",
    "link": "warmline.example/p/4711",
    "text": "sales",
}
"""What the listen button puts where a live call puts its own values."""


@pages.get("/admin/words")
@least(Role.ADMIN)
def admin_words() -> str:
    """All sentences by what they are for."""
    lying = desk.look(state.services())
    wording = {str(key): dict(texts) for key, texts in lying.company.wording.items()}
    return _show(lying, Typed({"wording": wording}, {}, "wording"), None)


@pages.post("/admin/words")
@least(Role.ADMIN)
def admin_save_words() -> Page:
    """Save the company's own sentences; an empty field is the catalogue's sentence again."""
    return frame.save(Part("wording", _apply, _show), "words changed", "/admin/words")


def _apply(document: Document, typed: dict[str, Any]) -> None:
    wording = part(typed, "wording")
    own: Document = {}
    for key in wording:
        texts = part(wording, key)
        filled = {code: text(texts, code) for code in texts if text(texts, code)}
        if filled:
            own[key] = filled
    document["wording"] = own


def _show(lying: Desk, typed: Typed, clash: Clash | None) -> str:
    languages = languages_of(lying.company, *part(typed.values, "wording").values())
    return frame.show(
        "admin/words.html",
        lying,
        typed=typed,
        clash=clash,
        groups={title: _prompts(prefixes) for title, prefixes in GROUPS.items()},
        catalogue={code: sentences(code) for code in languages},
        languages=languages,
        tags={code: speech_tag(code) for code in languages},
        values={str(key): sorted(placeholders(sentences("en")[key])) for key in Prompt},
        examples=EXAMPLES,
    )


def _prompts(prefixes: tuple[str, ...]) -> list[str]:
    return [str(key) for key in Prompt if str(key).startswith(prefixes)]
