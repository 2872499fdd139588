"""Bugs around the core: what knows Twilio, what stores, what works."""

from __future__ import annotations

from typing import Final

from tests.planted.bug import Bug, Edit

BUGS: Final[tuple[Bug, ...]] = (
    # TwiML
    Bug(
        "end_conference_on_exit",
        "telephony/twilio/twiml.py",
        'endConferenceOnExit="false"',
        'endConferenceOnExit="true"',
        "whoever leaves throws the others out",
    ),
    Bug(
        "nobody_starts_the_conference",
        "telephony/twilio/twiml.py",
        'startConferenceOnEnter="true"',
        'startConferenceOnEnter="false"',
        "two in a room hear music, not each other",
    ),
    Bug(
        "no_wait_music",
        "telephony/twilio/twiml.py",
        'waitUrl="{escape(wait)}"',
        'waitUrl=""',
        "a customer who waits hears silence",
    ),
    Bug(
        "no_way_out_of_the_room",
        "telephony/twilio/twiml.py",
        'f\'<Dial action="{escape(action)}" method="POST"><Conference \'',
        "f'<Dial><Conference '",
        "a leg that leaves the room has no document to go on with",
        (
            Edit(
                "telephony/twilio/twiml.py",
                'endConferenceOnExit="false"',
                'endConferenceOnExit="true"',
            ),
        ),
    ),
    Bug(
        "no_room_news",
        "telephony/twilio/twiml.py",
        'statusCallbackEvent="start end join leave mute hold modify announcement"',
        'statusCallbackEvent="start end"',
        "nobody tells who joins and leaves",
        (
            Edit(
                "telephony/contact/wants.py",
                "    if not calls or (now < contact.looked",
                "    if calls or (now < contact.looked",
            ),
            Edit(
                "workers/reconciler.py",
                "    if not network.whole:\n        return\n    agreeing = []\n",
                "    if network.whole:\n        return\n    agreeing = []\n",
            ),
        ),
    ),
    # documents
    Bug(
        "music_ends",
        "telephony/twilio/holding.py",
        "        twiml.play(house.hold_music, _ROUNDS),\n"
        "        twiml.redirect(house.urls.hold(contact.id, leg.id, turn + 1)),\n",
        "        twiml.play(house.urls.short_music(), 1),\n",
        "the music plays once, then there is silence",
    ),
    Bug(
        "hang_up_when_the_store_is_away",
        "telephony/twilio/voice.py",
        "    return twiml.response(words, twiml.play(house.urls.short_music()),"
        " twiml.redirect(back))\n",
        "    return twiml.response(words, twiml.HANGUP)\n",
        "an outage of Redis costs the customer the line",
    ),
    Bug(
        "questions_hang_up_on_silence",
        "telephony/twilio/voice.py",
        "    gathered = twiml.gather(ask, action, tag=speech_tag(scene.language),"
        " timeout=_KEY_SECONDS)\n    return twiml.response(gathered, twiml.redirect(action))\n",
        "    gathered = twiml.gather(ask, action, tag=speech_tag(scene.language),"
        " timeout=_KEY_SECONDS)\n    return twiml.response(gathered, twiml.HANGUP)\n",
        "a customer who is asked and says nothing is hung up on",
    ),
    Bug(
        "menu_hangs_up_on_silence",
        "webhooks/incoming.py",
        "        return twiml.response(gathered, twiml.redirect(action))\n",
        "        return twiml.response(gathered)\n",
        "a caller who does not press a key is hung up on",
    ),
    # what receivers and customers press
    Bug(
        "answering_is_accepting",
        "webhooks/receiver.py",
        "    return LegAnswered(inbound.leg, form.call, form.machine)\n",
        "    return LegAccepted(inbound.leg, form.call)\n",
        "a voicemail that picks up takes the customer",
    ),
    Bug(
        "any_key_accepts",
        "webhooks/receiver.py",
        '    if form.digits == "1" or said is True:\n',
        "    if form.digits or said is True:\n",
        "a receiver who declines gets the customer",
    ),
    Bug(
        "silence_accepts",
        "webhooks/receiver.py",
        "    return LegMispressed(inbound.leg, form.call)\n",
        "    return LegAccepted(inbound.leg, form.call)\n",
        "a receiver who says nothing, or a machine, gets the customer",
    ),
    Bug(
        "callback_confirms_itself",
        "webhooks/customer.py",
        "        kind = LegAccepted if accepted else LegMispressed\n",
        "        kind = LegAccepted if accepted or not form.digits else LegMispressed\n",
        "a machine that answers our callback is joined to a member of staff",
    ),
    Bug(
        "hanging_up_in_the_room_is_not_heard",
        "webhooks/status.py",
        "        if event is None:\n            return\n        if inbound.contact:\n",
        '        if event is None or news.status == "completed":\n            return\n'
        "        if inbound.contact:\n",
        "nobody tells that a call has ended",
    ),
    # REST
    Bug(
        "server_errors_never_happened",
        "telephony/twilio/fates.py",
        "        return Fate.UNKNOWN if creates else Fate.TEMPORARY\n    return Fate.REFUSED\n",
        "        return Fate.TEMPORARY\n    return Fate.REFUSED\n",
        "a dial that was answered with a server error is repeated",
    ),
    Bug(
        "time_outs_never_happened",
        "telephony/twilio/fates.py",
        "    return Fate.TEMPORARY if never_sent else Fate.UNKNOWN\n",
        "    return Fate.TEMPORARY\n",
        "a dial whose answer was lost is repeated",
    ),
    Bug(
        "too_many_requests_is_final",
        "telephony/twilio/fates.py",
        "    if status == 429 or code in NEVER_PROCESSED:\n        return Fate.TEMPORARY\n",
        "    if status == 429 or code in NEVER_PROCESSED:\n        return Fate.REFUSED\n",
        "who is told to try later gives up",
    ),
    Bug(
        "adopt_any_call",
        "workers/phone.py",
        "        if owner is None or _is_ours(task, owner, fact.call, command.leg):\n",
        "        if fact.call:\n",
        "a dial of unknown fate adopts the call of another contact",
    ),
    Bug(
        "adopt_nothing",
        "workers/phone.py",
        "            return DialPlaced(task.pending.id, command.leg, fact.call)\n"
        "    return Command",
        "            break\n    return Command",
        "a dial of unknown fate is never found",
    ),
    Bug(
        "no_claim",
        "workers/phone.py",
        "    if not live.claim_member(command.to, contact.id, command.leg):\n",
        "    if not live.claims and not live.claim_member(command.to, contact.id, command.leg):\n",
        "a member is rung for two contacts at once",
    ),
    Bug(
        "no_dialling_policy",
        "workers/phone.py",
        "    if not verdict.allowed:\n",
        '    if not verdict.allowed and command.to == "":\n',
        "any number is dialled",
    ),
    Bug(
        "redirect_the_agent",
        "workers/phone.py",
        '    """Fetch the customer\'s leg out of the room; it asks for its next document."""\n'
        "    contact = task.contact\n",
        '    """Fetch the customer\'s leg out of the room; it asks for its next document."""\n'
        "    task.services.rest.end_call(command.call)\n    contact = task.contact\n",
        "a customer who is to hear a question is hung up on",
    ),
    # ledger
    Bug(
        "promise_is_not_written",
        "workers/promises.py",
        "    company, contact = task.company, task.contact\n"
        '    secret = task.services.settings.key_for("promise link")\n    written',
        "    company, contact = task.company, task.contact\n"
        '    secret = task.services.settings.key_for("promise link")\n'
        "    if contact:\n"
        "        return PromiseWritten(task.pending.id, command.promise, *window, 3)\n    written",
        "the customer is promised what nobody wrote down",
    ),
    Bug(
        "promise_at_any_hour",
        "workers/promises.py",
        "    return int(found.begins.timestamp() * 1000), int(found.ends.timestamp() * 1000)\n",
        "    return at, at + 1_800_000\n",
        "the customer is called back at night",
    ),
    Bug(
        "ticket_is_not_written",
        "workers/promises.py",
        "    contact = task.contact\n    opened = ledger.open_ticket(\n",
        "    contact = task.contact\n    if contact:\n"
        "        return TicketOpened(task.pending.id, command.ticket)\n"
        "    opened = ledger.open_ticket(\n",
        "the customer is told of a ticket that nobody sees",
    ),
    Bug(
        "promise_stays_open",
        "workers/promises.py",
        "        ledger.close_promise("
        "task.services.ledger, command.promise, state, now=task.now)\n",
        "        del state\n",
        "a promise that was kept is open for ever",
    ),
    # store and dispatch
    Bug(
        "drop_the_dedupe",
        "telephony/store/lua/commit.lua",
        "  local seen = redis.call('EXISTS', KEYS[5])\n",
        "  local seen = 0\n",
        "a webhook that comes twice is applied twice",
        (
            Edit(
                "telephony/contact/legs.py",
                "        return event.sequence <= leg.sequence\n",
                "        return False\n",
            ),
        ),
    ),
    Bug(
        "no_fencing",
        "telephony/store/lua/commit.lua",
        "  if there ~= ARGV[1] or seen == 1 then return {there, seen} end\n",
        "  if seen == 1 then return {there, seen} end\n",
        "of two who change a contact at once, one change is lost",
    ),
    Bug(
        "clock_forgets",
        "telephony/store/lua/due.lua",
        "  redis.call('ZADD', KEYS[1], ARGV[2], id)\n",
        "  redis.call('ZREM', KEYS[1], id)\n",
        "a job that is lost is not replaced",
    ),
    Bug(
        "nobody_is_woken",
        "telephony/store/changes.py",
        "    if not commit.ready or commit.at_work:\n",
        "    if commit.new.version > 1:\n",
        "work waits for the clock instead of being done at once",
    ),
    Bug(
        "no_moment_is_kept",
        "telephony/store/changes.py",
        '    return [["ZADD", keys.DUE, due, commit.new.id], forget]\n',
        "    return [forget]\n",
        "deadlines stand in the contact only, and nobody looks there",
    ),
    Bug(
        "calls_are_not_known",
        "telephony/store/changes.py",
        "        if leg.call and leg.call not in known\n",
        "        if not leg.call\n",
        "nobody knows whose call this is",
    ),
    Bug(
        "expected_customers_are_strangers",
        "telephony/dispatch.py",
        "        for expected in (known.by_call, known.expected_by):\n",
        "        for expected in (known.by_call,):\n",
        "who calls in with an open promise begins anew, and is called back too",
    ),
    Bug(
        "gone_customers_are_rung_for",
        "workers/jobs.py",
        "        if leg is None or leg.unwanted:\n",
        "        if leg is None:\n",
        "a dial that nobody wants any more is made when its turn comes",
        (
            Edit(
                "telephony/contact/calls.py",
                "    if leg.unwanted and not entry.lease and isinstance(entry.command, co.Dial):\n",
                "    if now < 0 and isinstance(entry.command, co.Dial):\n",
            ),
        ),
    ),
    Bug(
        "lost_results",
        "workers/jobs.py",
        "        return dispatch.go_on(contact, event).contact\n    except StoreUnavailable:\n",
        "        return contact\n    except StoreUnavailable:\n",
        "what became of a command is never told to the contact",
    ),
    Bug(
        "reconciler_ends_customers",
        "workers/reconciler.py",
        "    if not call.outbound:\n",
        '    if call.call == "":\n',
        "a customer whose record is lost is taken for a stray and hung up",
        (
            Edit(
                "workers/reconciler.py",
                "    staff = is_staff(services.routing.company(), call.to)\n",
                '    staff = call.call != ""\n',
            ),
        ),
    ),
)
