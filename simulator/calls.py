"""The life of one leg: created, dialled, ringing, answered, redirected, down.

Rules: https://www.twilio.com/docs/voice/api/call-resource.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from simulator import (
    addresses,
    amd,
    apps,
    dialing,
    directory,
    inbound,
    phones,
    queues,
    recordings,
    rooms,
    verbs,
)
from simulator import script as scripts
from simulator.callbacks import call_progress
from simulator.engine import Engine
from simulator.errors import TwilioError
from simulator.world import Call, CallOptions, CallUpdate, Entry, Hook

REDIRECT_DELAY = 0.005
LONGEST_QUEUE = 24 * 3600.0


def fetch(net: Engine, sid: str) -> Call:
    """The call of that sid, or Twilio's 404."""
    return directory.fetch(net, net.calls, "Calls", sid)


def delete(net: Engine, sid: str) -> None:
    """Forget a finished call."""
    call = fetch(net, sid)
    if call.live:
        raise TwilioError(409, 20409, f"Call {sid} is still {call.status}")
    del net.calls[sid]


# Creating ------------------------------------------------------------------------------------


def new(net: Engine, from_: str, to: str, direction: str) -> Call:
    """Register a leg; custom parameters of a client, SIP or app address are taken apart."""
    call = Call(net.dice.sid("CA"), from_, to, direction, created=net.clock.now)
    call.custom = dict(parse_qsl(to.partition("?")[2]))
    call.updated = call.created
    net.calls[call.sid] = call
    return call


def create(net: Engine, options: CallOptions) -> Call:
    """POST /Calls."""
    addresses.check(net, options.from_, options.to)
    entry, callback = _instructions(net, options)
    if not 0 < options.timeout <= 600:
        raise TwilioError(400, 21208, "Timeout must be between 1 and 600 seconds")
    call = new(net, options.from_, options.to, "outbound-api")
    call.entry, call.callback = entry, callback
    call.application_sid = options.application_sid
    call.ring_timeout = options.timeout + net.switches.ring_buffer
    call.time_limit = options.time_limit
    call.record, call.recording_callback = options.record, options.recording_callback
    if not options.send_digits:
        call.machine_detection = options.machine_detection
    schedule(net, call)
    return call


def _instructions(net: Engine, options: CallOptions) -> tuple[Entry, Hook | None]:
    """Where the TwiML comes from; an ApplicationSid makes the request's own settings ignored."""
    if options.application_sid:
        app = net.applications.get(options.application_sid)
        if app is None:
            raise TwilioError(400, 21218, f"{options.application_sid} is not an application")
        return inbound.settings(app)
    entry = options.entry
    if not entry.url and not entry.twiml:
        raise TwilioError(400, 21205, "Url parameter is required.")
    if entry.url and not entry.url.startswith(("http://", "https://")):
        raise TwilioError(400, 21205, f"Url is not a valid URL: {entry.url}")
    if len(entry.twiml) > 4000:
        raise TwilioError(400, 20001, "Twiml is longer than 4000 characters")
    return entry, options.status_callback


def schedule(net: Engine, call: Call) -> None:
    """Give an API-started leg its turn under the calls-per-second limit."""
    rate = net.switches.calls_per_second
    at = net.clock.now
    if rate > 0:
        at = max(at, net.next_dial_slot)
        net.next_dial_slot = at + 1 / rate
    wait = at - net.clock.now
    call.queue_time = round(wait * 1000)
    if wait > LONGEST_QUEUE:
        net.clock.after(LONGEST_QUEUE, lambda: finish(net, call, "canceled", "service", 487))
    else:
        net.clock.after(wait, lambda: begin(net, call))


def begin(net: Engine, call: Call) -> None:
    """Dial it: the switch finds out whether the address rings, is busy or is not there."""
    if not call.live or call.started is not None:
        return
    call.started = net.clock.now
    net.trace.write(
        "call.dialled", call=call.sid, **{"from": call.from_}, to=call.to, direction=call.direction
    )
    call_progress(net, call, "initiated")
    rooms.leg_changed(net, call, "connecting")
    net.clock.after(net.switches.ring_delay, lambda: _ring(net, call))


def _ring(net: Engine, call: Call) -> None:
    if not call.live:
        return
    phone = phones.phone_at(net, call.to)
    if phone.unreachable:
        finish(net, call, "failed", "carrier", 404)
        return
    if phone.busy:
        finish(net, call, "busy", "self", 486)
        return
    call.status = "ringing"
    net.trace.write("call.ringing", call=call.sid)
    call_progress(net, call, "ringing")
    rooms.leg_changed(net, call, "ringing")
    if call.to.startswith("app:"):
        apps.ring(net, call)
    call.ring_timer = net.clock.after(
        call.ring_timeout, lambda: finish(net, call, "no-answer", "self", 487)
    )
    phones.ringing(net, call)


# Answered ------------------------------------------------------------------------------------


def pick_up(net: Engine, call: Call) -> None:
    """Twilio answers an inbound call, at the first verb that needs a line."""
    if call.direction == "inbound" and call.status == "ringing":
        _connected(net, call, "human")


def answer(net: Engine, call: Call) -> None:
    """The phone that rings is picked up, by a person or by its voicemail."""
    if call.status != "ringing" or call.direction == "inbound":
        return
    voicemail = call.handset is not None and call.handset.phone.voicemail
    machine = voicemail or bool(call.twin)
    _connected(net, call, "machine" if machine else "human")
    if call.room:
        amd.begin(net, call, lambda fields: rooms.connected(net, call))
    elif call.dialled_by is not None:
        dial = call.dialled_by
        amd.begin(net, call, lambda fields: dialing.answered(net, dial, call))
    else:
        amd.begin(net, call, lambda fields: run(net, call, fields))


def _connected(net: Engine, call: Call, by: str) -> None:
    call.status, call.answered, call.answered_kind = "in-progress", net.clock.now, by
    if call.ring_timer is not None:
        call.ring_timer.cancel()
    net.trace.write("call.answered", call=call.sid, by=by)
    call_progress(net, call, "answered")
    if call.time_limit:
        set_time_limit(net, call, call.time_limit)
    if call.record:
        recordings.begin(net, call, "OutboundAPI", call.recording_callback)
    phones.answered(net, call)
    net.touch(call.sid)
    if call.twin and call.direction == "inbound":
        apps.picked_up(net, call)


def set_time_limit(net: Engine, call: Call, seconds: float) -> None:
    """End the call that many seconds after it was answered."""
    if call.limit_timer is not None:
        call.limit_timer.cancel()
    left = seconds - (net.clock.now - (call.answered or net.clock.now))
    call.limit_timer = net.clock.after(left, lambda: finish(net, call, "completed", "service"))


def run(net: Engine, call: Call, fields: dict[str, str]) -> None:
    """Start the call's own document."""

    def done(why: str) -> None:
        del why
        finish(net, call, "completed", "service")

    if not call.live:
        return
    call.script = scripts.Script(net, call, "main", done, entry=call.entry)
    if call.entry.url or call.entry.twiml:
        call.script.start(fields)
    else:
        call.script.fail(11100, "")


# Changing ------------------------------------------------------------------------------------


def update(net: Engine, sid: str, change: CallUpdate) -> Call:
    """POST /Calls/{Sid}. The change takes effect just after the answer, as at Twilio."""
    call = fetch(net, sid)
    if change.status not in ("", "completed", "canceled"):
        raise TwilioError(400, 20001, f"Status cannot be set to {change.status}")
    unanswered = call.status in ("queued", "ringing")
    if change.status == "canceled" and not unanswered:
        raise TwilioError(400, 21220, "Call is not queued or ringing. Cannot cancel.")
    if not call.live or (change.entry is not None and call.status != "in-progress"):
        raise TwilioError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if change.entry is not None and change.entry.url and change.entry.twiml:
        raise TwilioError(400, 20001, "Url and Twiml cannot both be given")
    if change.status:
        final = "canceled" if unanswered else "completed"
        net.clock.after(REDIRECT_DELAY, lambda: finish(net, call, final, "service", 487))
    elif change.entry is not None:
        entry, news = change.entry, change.status_callback
        net.clock.after(REDIRECT_DELAY, lambda: redirect(net, call, entry, news))
    if change.time_limit and call.answered is not None:
        set_time_limit(net, call, change.time_limit)
    call.updated = net.clock.now
    return call


def redirect(net: Engine, call: Call, entry: Entry, news: Hook | None = None) -> None:
    """Leave whatever the leg is doing and run other TwiML."""
    if call.status != "in-progress":
        return
    detach(net, call, "participant_updated_via_api")
    call.entry = entry
    if news is not None:
        call.callback = news
    run(net, call, {})


def detach(net: Engine, call: Call, reason: str) -> None:
    """Take the leg out of its document, room, queue and dial; the call itself goes on."""
    script, call.script = call.script, None
    if script is not None:
        script.stop()
    if call.room:
        rooms.depart(net, call, reason)
        if script is not None and script.pending is not None:
            rooms.notify_action(script)
    queues.depart(net, call, script, "hangup" if not call.live else "redirected")
    dialing.depart(net, call, script)
    net.touch(call.sid)


def finish(net: Engine, call: Call, status: str, by: str, sip_code: int = 200) -> None:
    """The leg is down, once and for all. ``by`` is self, carrier or service.

    A call that was never answered is nobody's drop: its phone let it ring (self), could not be
    reached (carrier), or the dial was called off (service).
    """
    if not call.live:
        return
    call.status, call.ended, call.sip_code = status, net.clock.now, sip_code
    call.updated = net.clock.now
    for timer in (call.ring_timer, call.limit_timer):
        if timer is not None:
            timer.cancel()
    if call.handset is not None:
        call.handset.stop()
    net.trace.write("call.down", call=call.sid, by=by, status=status)
    recordings.close(net, call)
    if call.script is not None and call.script.on_hangup is not None:
        call.script.on_hangup()
    kicked = by == "service" and status == "completed"
    detach(net, call, "participant_updated_via_api" if kicked else "participant_hung_up")
    call_progress(net, call, "completed")
    if call.twin:
        apps.part(net, call)


# What the person at the phone does --------------------------------------------------------------


def hang_up(net: Engine, call: Call) -> None:
    """The person hangs up; before the answer that is declining, or giving up."""
    if call.answered is not None:
        finish(net, call, "completed", "self")
    else:
        finish(net, call, "no-answer", "self", 480)


def drop(net: Engine, call: Call) -> None:
    """The carrier loses the line."""
    status = net.switches.carrier_drop_status if call.answered is not None else "failed"
    finish(net, call, status, "carrier", 408)


def press(net: Engine, call: Call, digits: str) -> None:
    """The person presses keys; they reach whatever listens on the leg."""
    net.trace.write("pressed", call=call.sid, digits=digits)
    for key in digits:
        if not call.live:
            return
        for script in listeners(net, call):
            if script.gather is not None:
                script.gather.key(key)
            elif script.on_key is not None:
                script.on_key(key)


def speech(net: Engine, call: Call, text: str) -> None:
    """The person says a sentence; only a Gather for speech takes notice."""
    net.trace.write("spoke", call=call.sid, text=text)
    rooms.spoke(net, call, verbs.speaking_time(net, text))
    for script in listeners(net, call):
        if script.gather is not None:
            script.gather.speech(text)


def listeners(net: Engine, call: Call) -> list[scripts.Script]:
    """The scripts that can hear the leg's keys: its document, and its queue's wait document."""
    waiting = queues.member_of(net, call)
    background = waiting.background if waiting else None
    return [script for script in (background, call.script) if script is not None]
