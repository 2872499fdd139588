"""Bugs in the part of the core that acts: wants, outbox, results, deadlines, edits."""

from __future__ import annotations

from typing import Final

from tests.planted.bug import Bug, Edit

CONTACT: Final = "telephony/contact/"

BUGS: Final[tuple[Bug, ...]] = (
    # wants: hold, end, inspect
    Bug(
        "nobody_is_ended",
        CONTACT + "wants.py",
        "        if not leg.call or now < end_after(contact, leg):\n",
        "        if leg.call or now < end_after(contact, leg):\n",
        "calls that are not wanted any more go on",
    ),
    Bug(
        "no_inspection",
        CONTACT + "wants.py",
        "    if not calls or (now < contact.looked + WATCH_MS and not _doubtful(contact, now)):\n",
        "    if calls or now < contact.looked + WATCH_MS:\n",
        "Twilio is never asked what is really there",
        (
            Edit(
                "workers/reconciler.py",
                "    if not network.whole:\n        return\n    agreeing = []\n",
                "    if network.whole:\n        return\n    agreeing = []\n",
            ),
        ),
    ),
    Bug(
        "alone_without_music",
        CONTACT + "wants.py",
        "    return True if leg.talked else None\n",
        "    return False if leg.held else None\n",
        "who is alone in a room after a talk hears silence",
    ),
    Bug(
        "never_unhold",
        CONTACT + "wants.py",
        "    if should is None or should == leg.held:\n",
        "    if not should or should == leg.held:\n",
        "a customer stays on hold for ever",
    ),
    Bug(
        "consult_within_earshot_without_hold",
        CONTACT + "wants.py",
        "    private = transfer is not None and transfer.state in PRIVATE\n",
        "    private = False\n",
        "the customer is not put on hold for a transfer",
    ),
    # outbox and results
    Bug(
        "dial_again_on_unknown",
        CONTACT + "results.py",
        "        return outbox.dial_unknown(contact, entry, now)\n",
        "        return outbox.dial_again(contact, entry, entry.command, now)\n",
        "a dial that may have happened is repeated",
    ),
    Bug(
        "dead_workers_dial_again",
        CONTACT + "outbox.py",
        "                contact = dial_unknown(contact, entry, now)\n",
        "                contact = retry(contact, entry, now)\n",
        "what a worker that died may have dialled is dialled again",
    ),
    Bug(
        "leases_never_end",
        CONTACT + "outbox.py",
        "        if entry.lease and entry.lease <= now:\n",
        "        if entry.lease and entry.lease <= now - 3_600_000:\n",
        "what a worker took and did not do is never done",
    ),
    Bug(
        "retry_in_an_hour",
        CONTACT + "outbox.py",
        "    later = replace(entry, lease=0, tries=entry.tries + 1, ready=now + pause + spread)\n",
        "    later = replace(entry, lease=0, tries=entry.tries + 1, ready=now + 3_600_000)\n",
        "what failed once is not tried again while anybody waits",
    ),
    Bug(
        "leases_do_not_bind",
        CONTACT + "outbox.py",
        "    return entry.lease == 0 and entry.ready <= now\n",
        "    return entry.ready <= now\n",
        "two workers perform the same command",
    ),
    Bug(
        "swallow_a_404",
        CONTACT + "results.py",
        "        ended = ev.LegEnded(command.leg, command.call, Ending.HUNG_UP)\n"
        "        return legs.fold_leg(drop_pending(contact, entry.key), ended, now)\n",
        "        return outbox.done(contact, entry, now)\n",
        "a call that Twilio says is over is ended again and again",
    ),
    Bug(
        "hold_is_not_read_back",
        CONTACT + "results.py",
        "    if event.held == isinstance(entry.command, co.Hold):\n"
        "        return drop_pending(contact, entry.key)\n"
        "    contact = outbox.retry",
        "    if entry:\n        return drop_pending(contact, entry.key)\n"
        "    contact = outbox.retry",
        "a hold that did nothing is not tried again",
        (
            Edit(
                CONTACT + "results.py",
                "        contact = put_leg(contact, legs.read_hold(leg, event.held, now))\n",
                "        held = isinstance(entry.command, co.Hold) if entry else event.held\n"
                "        contact = put_leg(contact, legs.read_hold(leg, held, now))\n",
            ),
        ),
    ),
    # deadlines
    Bug(
        "forget_the_ring_time",
        CONTACT + "deadlines.py",
        "        if due is not None and now >= due:\n",
        "        if due is not None and now >= due + 3_600_000:\n",
        "a phone that nobody answers rings for as long as Twilio lets it",
        (
            Edit(
                "telephony/twilio/rest.py",
                "timeout=max(_SHORTEST_TIMEOUT, min(seconds, _LONGEST_TIMEOUT)),",
                "timeout=_LONGEST_TIMEOUT,",
            ),
        ),
    ),
    Bug(
        "forget_all_deadlines",
        CONTACT + "deadlines.py",
        "    found = timers(contact, now)\n",
        "    found: tuple[Timer, ...] = ()\n",
        "nothing is looked at again unless news comes",
    ),
    Bug(
        "forget_the_outbox",
        CONTACT + "deadlines.py",
        "    found = [*_leg_timers(contact, now), *_outbox_timers(contact, now)]\n",
        "    found = [*_leg_timers(contact, now)]\n",
        "a retry is not woken by itself",
        (
            Edit(
                "telephony/store/changes.py",
                "    moments = [max(pending.ready, pending.lease) for",
                "    moments = [1 << 60 for",
            ),
        ),
    ),
    # edit
    Bug(
        "close_leaves_the_phones",
        CONTACT + "edit.py",
        "    for leg in contact.legs:\n"
        "        contact = put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))\n"
        "    contact = cancel_hunt(contact)\n    contact = end_transfer",
        "    contact = end_transfer",
        "whoever is on a line when the contact ends stays there",
    ),
    Bug(
        "close_leaves_the_transfer",
        CONTACT + "edit.py",
        '    contact = end_transfer(contact, TransferOutcome.CUSTOMER_LEFT, now, "customer_left")\n'
        "    contact = replace(contact, outcome",
        "    contact = replace(contact, outcome",
        "a transfer never gets an outcome",
    ),
    Bug(
        "cancelled_phones_ring_on",
        CONTACT + "edit.py",
        "        if leg.hunt == hunt.id and leg.id != hunt.winner:\n",
        "        if leg.hunt == hunt.id and leg.id == hunt.winner:\n",
        "a hunt that is cancelled rings on",
        (
            Edit(
                CONTACT + "transfers.py",
                "        if asked:\n            contact = put_leg(",
                "        if asked and joined(leg):\n            contact = put_leg(",
            ),
        ),
    ),
    Bug(
        "one_room_for_a_department",
        CONTACT + "model.py",
        '        return f"wl-{self.id}"\n',
        '        return f"wl-{self.department}"\n',
        "customers of one department meet in one conference",
    ),
)
