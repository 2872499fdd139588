"""News that Twilio brings: progress of legs, comings and goings in rooms, machines, messages."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from telephony.contact.events import Event
from telephony.twilio import events, forms, urls
from telephony.twilio.forms import BadForm
from webhooks.guard import Door, Inbound

log = structlog.get_logger("webhooks")


@dataclass(frozen=True)
class Status:
    """The views of the status callbacks. Late and repeated news changes nothing."""

    door: Door

    def call(self, inbound: Inbound) -> None:
        """Progress of a leg; a number's own callback does not name the contact."""
        news = forms.call_status(inbound.fields)
        event = events.call_event(news, inbound.leg)
        if event is None:
            return
        if inbound.contact:
            self._apply(inbound.contact, event, news.dedupe)
        else:
            services = self.door.services
            loaded = services.live.load_by_call(news.call, news.dedupe)
            services.dispatch.apply_to(loaded, event, dedupe=news.dedupe)

    def room(self, inbound: Inbound) -> None:
        news = forms.room_status(inbound.fields)
        if news.name != f"wl-{inbound.contact}":
            raise BadForm(400, "FriendlyName")
        event = events.room_event(news)
        if event is not None:
            self._apply(inbound.contact, event, news.dedupe)

    def machine(self, inbound: Inbound) -> None:
        news = forms.machine_status(inbound.fields)
        event = events.machine_event(news, inbound.leg)
        if event is not None:
            self._apply(inbound.contact, event, news.dedupe)

    def message(self, inbound: Inbound) -> None:
        """A text message that did not arrive is told to the operator; the promise stands anyway."""
        news = forms.message_status(inbound.fields)
        if news.status in {"failed", "undelivered"}:
            log.warning("message.undelivered", message=news.message, error=news.error)

    def _apply(self, contact_id: str, event: Event, dedupe: str) -> None:
        self.door.services.dispatch.apply(contact_id, event, dedupe=dedupe)


def register(door: Door) -> None:
    views = Status(door)
    door.status(urls.STATUS_CALL, views.call)
    door.status(urls.STATUS_ROOM, views.room)
    door.status(urls.STATUS_MACHINE, views.machine)
    door.status(urls.STATUS_MESSAGE, views.message)
