"""What a phone hears now, as a word for programs and a sentence for people."""

from __future__ import annotations

from telephony.contact.documents import Document, HoldNews, document_for, hold_news
from telephony.contact.model import Contact, Leg, LegState

DOCUMENTS: dict[Document, str] = {
    Document.MENU: "Hears the menu.",
    Document.ROOM: "Is being connected.",
    Document.CHOICE: "Is asked what to do: wait, be called back, or leave a message.",
    Document.RECORD: "Leaves a message.",
    Document.ONE_MOMENT: "Hears hold music while a promise is written.",
    Document.PROMISE_TOLD: "Is told when we will call back.",
    Document.TICKET_TOLD: "Is told that a person will be in touch.",
    Document.CONFIRM: "Is asked to press 1 to be connected.",
    Document.CALLBACK_VOICEMAIL: "A voicemail that takes our short message.",
    Document.CALLBACK_CANCELLED: "Hears that the callback is cancelled, and goodbye.",
    Document.WHISPER: "Hears who passes whom on and why; 1 takes the call, 2 declines.",
    Document.BEATEN: "Hears that a colleague was quicker.",
    Document.DECLINED: "Hears our thanks for declining.",
    Document.CUSTOMER_GONE: "Hears that the customer has gone.",
    Document.FINISHED: "Hears nothing any more.",
}

NEWS: dict[HoldNews, str] = {
    HoldNews.CONNECTING: "Hears hold music, and that we are looking for somebody.",
    HoldNews.AGENT_SEEKS: "Hears hold music, and that the agent is finding a colleague.",
    HoldNews.CONSULTING: "Hears hold music, and that the agent is talking to a colleague.",
    HoldNews.AGENT_HOLDS: "Hears hold music, and that the agent will be right back.",
    HoldNews.RETURNING: "Hears hold music, and that the agent is coming back.",
    HoldNews.LINE_LOST: "Hears that the customer's line broke and that we call back.",
    HoldNews.CALLING_CUSTOMER: "Hears that we are calling the customer as promised.",
    HoldNews.PLAIN: "Hears hold music.",
}

SILENT = {
    LegState.REQUESTED: ("nothing", "Is about to be dialled."),
    LegState.RINGING: ("ringing", "The phone rings."),
    LegState.ENDED: ("nothing", "Has hung up."),
}


def hears(contact: Contact, leg: Leg) -> tuple[str, str]:
    """A word (`people`, `hold:…`, `ringing`, `nothing` or a document's name) and a sentence."""
    if leg.state in SILENT:
        return SILENT[leg.state]
    document = document_for(contact, leg)
    if document is not Document.ROOM:
        return document.value, DOCUMENTS[document]
    others = companions(contact, leg)
    if others:
        names = " and ".join(label(other) for other in others)
        return "people", f"Talks with {names}."
    news = hold_news(contact, leg)
    return f"hold:{news.value}", NEWS[news]


def companions(contact: Contact, leg: Leg) -> tuple[Leg, ...]:
    """Those in the room with whom `leg` can speak now."""
    if not _speaks(leg):
        return ()
    return tuple(other for other in contact.legs if other.id != leg.id and _speaks(other))


def label(leg: Leg) -> str:
    """How a person on the line is called."""
    return leg.name or leg.address.removeprefix("client:") or f"the {leg.role.value}"


def _speaks(leg: Leg) -> bool:
    return leg.state is LegState.JOINED and not leg.held
