"""Text messages (https://www.twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

from datetime import UTC, datetime

from simulator import directory, phones
from simulator.addresses import is_phone
from simulator.callbacks import send_status
from simulator.engine import Engine
from simulator.errors import TwilioError
from simulator.world import Message, MessageOptions, MessageUpdate

SENDING, SENT, DELIVERED = 0.1, 0.3, 1.0
LONGEST = 1600
SOONEST, LATEST = 15 * 60.0, 35 * 86400.0
"""Seconds from now that a message may be scheduled for: error 35114."""
UNDER_WAY = ("accepted", "queued", "sending")


def fetch(net: Engine, sid: str) -> Message:
    """The message of that sid, or Twilio's 404."""
    return directory.fetch(net, net.messages, "Messages", sid)


def send(net: Engine, options: MessageOptions) -> Message:
    """POST /Messages. The first state is queued, or accepted with a messaging service, or
    scheduled.
    """
    _check(net, options)
    wait = _wait(net, options)
    message = Message(
        net.dice.sid("SM"),
        options.to,
        options.from_,
        options.body,
        status=_first_status(options),
        messaging_service_sid=options.messaging_service_sid,
        callback=options.status_callback,
        num_media=len(options.media_urls),
        created=net.clock.now,
        updated=net.clock.now,
    )
    net.messages[message.sid] = message
    if not wait:
        _tell(net, message)
    bad = 30003 if phones.phone_at(net, message.to).unreachable else 0
    last = "undelivered" if bad else "delivered"
    for seconds, status in ((SENDING, "sending"), (SENT, "sent"), (DELIVERED, last)):
        _later(net, message, wait + seconds, status, bad)
    return message


def update(net: Engine, sid: str, change: MessageUpdate) -> Message:
    """Redact the body of a message that is out, or cancel one that is scheduled: 30409."""
    message = fetch(net, sid)
    if change.status not in (None, "canceled"):
        raise TwilioError(400, 20001, f"Status cannot be set to {change.status}")
    if change.body:
        raise TwilioError(400, 20001, "Body can only be emptied")
    if change.status == "canceled" and message.status != "scheduled":
        raise TwilioError(400, 30409, "This message cannot be canceled")
    if change.body is not None:
        _require_out(message)
        message.body = ""
    if change.status == "canceled":
        message.status = "canceled"
    message.updated = net.clock.now
    return message


def delete(net: Engine, sid: str) -> None:
    """Delete a message that is out."""
    message = fetch(net, sid)
    _require_out(message)
    del net.messages[sid]


def _require_out(message: Message) -> None:
    if message.status in UNDER_WAY:
        raise TwilioError(400, 20009, f"Message {message.sid} is still {message.status}")


def _first_status(options: MessageOptions) -> str:
    if not options.messaging_service_sid:
        return "queued"
    return "scheduled" if options.send_at else "accepted"


def _wait(net: Engine, options: MessageOptions) -> float:
    """Seconds until it is sent. Without a messaging service a schedule is dropped."""
    if not options.send_at or not options.messaging_service_sid:
        return 0.0
    try:
        moment = datetime.strptime(options.send_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        wait = 0.0
    else:
        wait = (moment - net.moment(net.clock.now)).total_seconds()
    if not SOONEST <= wait <= LATEST:
        raise TwilioError(400, 35114, "Scheduling does not support this timestamp")
    return wait


def _check(net: Engine, options: MessageOptions) -> None:
    if not options.to:
        raise TwilioError(400, 21604, "A 'To' phone number is required.")
    if not is_phone(options.to):
        raise TwilioError(400, 21211, f"The 'To' number {options.to} is not a valid phone number.")
    if not options.from_ and not options.messaging_service_sid:
        raise TwilioError(400, 21603, "A 'From' phone number is required.")
    if not options.body and not options.media_urls:
        raise TwilioError(400, 21602, "Message body is required.")
    if len(options.body) > LONGEST:
        raise TwilioError(400, 21617, "The concatenated message body exceeds 1600 characters")
    owned = not options.from_ or net.number_for(options.from_) is not None
    if net.switches.strict_numbers and not owned:
        raise TwilioError(
            400, 21606, f"The 'From' number {options.from_} is not yours to text from"
        )
    callback = options.status_callback
    if callback is not None and not callback.url.startswith(("http://", "https://")):
        raise TwilioError(400, 21609, f"StatusCallback is not a valid URL: {callback.url}")
    if phones.phone_at(net, options.to).opted_out:
        raise TwilioError(400, 21610, "Attempt to send to unsubscribed recipient")
    if not phones.phone_at(net, options.to).mobile:
        raise TwilioError(400, 21614, f"'To' number {options.to} is not a valid mobile number")


def _later(net: Engine, message: Message, seconds: float, status: str, bad: int) -> None:
    def change() -> None:
        if message.status == "canceled":
            return
        if message.status == "scheduled":
            _tell(net, message)
        message.status, message.updated = status, net.clock.now
        if status == "sent":
            message.sent = net.clock.now
        if status == "undelivered":
            message.error_code, message.error_message = bad, "The message was not delivered"
        _report(net, message)

    net.clock.after(seconds, change)


def _tell(net: Engine, message: Message) -> None:
    net.trace.write("sms", to=message.to, body=message.body, sid=message.sid)


def _report(net: Engine, message: Message) -> None:
    """No callback is sent for the first state, one for every later one."""
    if message.callback is None:
        return
    fields = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": net.account.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_,
        "ApiVersion": "2010-04-01",
    }
    if message.messaging_service_sid:
        fields["MessagingServiceSid"] = message.messaging_service_sid
    if message.error_code is not None:
        fields["ErrorCode"] = str(message.error_code)
        fields["ErrorMessage"] = message.error_message or ""
    send_status(net, message.callback, f"message-{message.status}", fields)
