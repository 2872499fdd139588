"""What is heard on hold: the truth, music for a long time, and again the truth.

Nobody is told a place in line: departments ring for all who wait at once, so there is none.
"""

from __future__ import annotations

from telephony.contact.documents import HoldNews, hold_news
from telephony.prompts import Prompt, speak_duration
from telephony.twilio import twiml
from telephony.twilio.voice import House, Scene

_ROUNDS = 40
"""How often a hold document plays its music before it asks again: twenty minutes of our own.

Twilio has no fallback address for these documents: when one asks and we are away, the room falls
silent. So it hardly ever asks, and what is new is announced over it (``news``)."""
_WORTH_SAYING_MS = 60_000


def hold(scene: Scene, turn: int) -> str:
    """News, music for a long time, and the next document.

    Play, Say, Pause and Redirect are all that a hold document may contain.
    """
    house, contact, leg = scene.house, scene.contact, scene.leg
    return twiml.response(
        _news(scene, hold_news(contact, leg), turn),
        twiml.play(house.hold_music, _ROUNDS),
        twiml.redirect(house.urls.hold(contact.id, leg.id, turn + 1)),
    )


def news(scene: Scene, expected_ms: int = 0) -> str:
    """What is new, to be announced to a leg that hears music. ``expected_ms``: how long people wait
    for this department now; 0 where nobody has measured it.
    """
    told = hold_news(scene.contact, scene.leg)
    return twiml.response(_news(scene, told, turn=1), _still(scene, told, expected_ms))


def hold_trouble(house: House, back: str) -> str:
    """Hold music while we cannot know what is new; commands act on the leg as ever."""
    return twiml.response(twiml.play(house.hold_music, _ROUNDS), twiml.redirect(back))


def _news(scene: Scene, news: HoldNews, turn: int) -> str:
    department = scene.department
    if news is HoldNews.CONNECTING:
        key = Prompt.HOLD_WAITING if turn else Prompt.HOLD_FIRST
        return scene.speech(key, department=department)
    if news is HoldNews.AGENT_SEEKS:
        return scene.speech(Prompt.HOLD_NEXT, name=scene.agent, department=department)
    if news is HoldNews.CONSULTING:
        return scene.speech(Prompt.HOLD_AGENT_CONSULTING, name=scene.agent, department=department)
    if news is HoldNews.AGENT_HOLDS:
        return scene.speech(Prompt.HOLD_BY_AGENT, name=scene.holder)
    if news is HoldNews.RETURNING:
        return scene.speech(Prompt.HOLD_AGENT_RETURNING, name=scene.agent, department=department)
    if news is HoldNews.LINE_LOST:
        return scene.speech(Prompt.AGENT_CUSTOMER_LOST)
    if news is HoldNews.CALLING_CUSTOMER:
        return scene.speech(Prompt.AGENT_CALLING_BACK, customer=scene.customer)
    return ""


def _still(scene: Scene, told: HoldNews, expected_ms: int) -> str:
    """How long it may still take. Who has waited about as long as others is told no time: it would
    be a guess.
    """
    waited = scene.now - (scene.contact.waiting_since or scene.now)
    left = expected_ms - waited
    if told is not HoldNews.CONNECTING or left < _WORTH_SAYING_MS:
        return ""
    return scene.speech(Prompt.HOLD_MINUTES, wait=speak_duration(scene.language, left / 1000))
