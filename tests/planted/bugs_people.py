"""Bugs in the part of the core that knows people: legs, the ringing, customers, transfers."""

from __future__ import annotations

from typing import Final

from tests.planted.bug import Bug, Edit

CONTACT: Final = "telephony/contact/"

BUGS: Final[tuple[Bug, ...]] = (
    # legs: what is believed of one call
    Bug(
        "ignore_the_end_of_a_leg_in_the_room",
        CONTACT + "legs.py",
        "        News.UNHELD: _S.JOINED,\n        News.ENDED: _S.ENDED,\n",
        "        News.UNHELD: _S.JOINED,\n        News.ENDED: LATE,\n",
        "whoever hangs up in the room is held for present",
    ),
    Bug(
        "ignore_ring_ends",
        CONTACT + "legs.py",
        "        News.RANG: LATE,\n        News.ANSWERED: _S.ANSWERED,\n"
        "        News.ACCEPTED: _S.ACCEPTED,\n        News.DECLINED: _S.RINGING,\n",
        "        News.RANG: LATE,\n        News.ANSWERED: LATE,\n"
        "        News.ACCEPTED: LATE,\n        News.DECLINED: LATE,\n",
        "a phone that was picked up counts as ringing, its accept is not heard",
    ),
    Bug(
        "believe_no_inspection",
        CONTACT + "inspecting.py",
        "        if leg is not None and leg.since < event.at:\n"
        "            contact = moved(contact, leg, _correct(leg, fact, event, now))\n",
        "        pass\n",
        "what Twilio says is there corrects nothing: lost webhooks stay lost",
    ),
    Bug(
        "nobody_leaves_a_room",
        CONTACT + "legs.py",
        "        News.LEFT: _S.ACCEPTED,\n",
        "        News.LEFT: _S.JOINED,\n",
        "whoever is not in the room any more is held for present",
    ),
    Bug(
        "only_inspections_tell_who_left",
        CONTACT + "legs.py",
        "    if leg.state is LegState.JOINED:\n"
        "        return put_leg(contact, hear(leg, News.LEFT, event, now))\n",
        "    if leg.state is LegState.JOINED:\n        return contact\n",
        "no news of who leaves the room is believed",
        (
            Edit(
                CONTACT + "legs.py",
                "    ev.RoomLeft: News.LEFT,\n",
                "    ev.RoomLeft: News.RANG,\n",
            ),
            Edit(
                CONTACT + "legs.py",
                "        if leg.room == event.room and leg.state is LegState.JOINED:\n",
                "        if leg.room == event.room and leg.state is LegState.RINGING:\n",
            ),
        ),
    ),
    # seeking: the hunt
    Bug(
        "losers_are_not_ended",
        CONTACT + "seeking.py",
        "            contact = put_leg(contact, unwant(other, AttemptOutcome.BEATEN))\n",
        "            pass\n",
        "the phones of those who were slower ring on",
    ),
    Bug(
        "two_winners",
        CONTACT + "seeking.py",
        "    open_hunt = hunt is not None and hunt.state is HuntState.RINGING"
        " and hunt.id == leg.hunt\n"
        "    if hunt is None or not open_hunt or leg.unwanted or contact.stage is Stage.CLOSED:\n",
        "    open_hunt = hunt is not None and hunt.id == leg.hunt\n"
        "    if hunt is None or not open_hunt or contact.stage is Stage.CLOSED:\n",
        "whoever accepts later wins too",
    ),
    Bug(
        "dial_every_member_twice",
        CONTACT + "seeking.py",
        "            contact = ring_member(contact, hunt, ring, now)\n",
        "            contact = ring_member(contact, hunt, ring, now)\n"
        "            contact = ring_member(contact, hunt, ring, now)\n",
        "two dials of one attempt",
    ),
    Bug(
        "hunt_without_an_end",
        CONTACT + "seeking.py",
        "    if contact.stage not in HUNTING:\n        return contact\n    if _for_person(hunt):",
        "    if hunt.state is HuntState.OVER:\n        return contact\n    if _for_person(hunt):",
        "when nobody answered, nothing comes next",
    ),
    Bug(
        "forget_the_pause",
        CONTACT + "seeking.py",
        "    if contact.stage in HUNTING and now >= hunt.since + pause:\n",
        "    if contact.stage in HUNTING and now >= hunt.since + 1000 * pause + 3_600_000:\n",
        "the second round does not begin",
    ),
    Bug(
        "speak_before_it_is_written",
        CONTACT + "seeking.py",
        "    return enter(replace(contact, promise=promise), Stage.PROMISING, now)\n",
        "    return enter(replace(contact, promise=promise), Stage.FAREWELL, now)\n",
        "the promise is spoken, and the ledger never hears of it",
    ),
    Bug(
        "overflow_in_a_circle",
        CONTACT + "ladder.py",
        "    return rung.department not in hunt.visited\n",
        "    return True\n",
        "two departments overflow into each other for ever",
    ),
    Bug(
        "rung_that_is_never_used_up",
        CONTACT + "seeking.py",
        "    contact = put_hunt(contact, replace(hunt, rung=climb.used))\n",
        "    contact = put_hunt(contact, replace(hunt, rung=0))\n",
        "the ladder has only a first rung",
    ),
    # customers
    Bug(
        "customer_leaves_unseen",
        CONTACT + "customers.py",
        "    Stage.SEEKING: _gone_waiting,\n",
        "    Stage.SEEKING: _stay,\n",
        "phones ring for a customer who hung up",
    ),
    Bug(
        "customer_leaves_transfer_unseen",
        CONTACT + "customers.py",
        "    Stage.TRANSFER: _gone_waiting,\n",
        "    Stage.TRANSFER: _stay,\n",
        "agent and receiver are left behind in a transfer without a customer",
    ),
    Bug(
        "customer_leaves_talk_unseen",
        CONTACT + "customers.py",
        "    Stage.TALKING: _gone_from_talk,\n",
        "    Stage.TALKING: _stay,\n",
        "the agent is left behind after the talk",
    ),
    Bug(
        "served_twice",
        CONTACT + "customers.py",
        "    Stage.CLOSED: _stay,\n}\n",
        "    Stage.CLOSED: lambda contact, leg, now: _close_served(contact, now),\n}\n",
        "a contact that is closed is closed again, with another outcome",
    ),
    Bug(
        "receiver_of_a_promise_is_forgotten",
        CONTACT + "promises.py",
        "    promise = contact.promise\n    assert promise is not None\n"
        "    for other in staff_present(contact):\n"
        "        contact = put_leg(contact, unwant(other, AttemptOutcome.CANCELLED))\n",
        "    promise = contact.promise\n    assert promise is not None\n",
        "whoever waits for a customer who does not answer waits for ever",
    ),
    Bug(
        "attempts_are_not_counted",
        CONTACT + "promises.py",
        "    contact = replace(cancel_hunt(contact), promise=replace(promise, missed=True))\n",
        "    contact = cancel_hunt(contact)\n",
        "a promise is tried without end",
    ),
    Bug(
        "promise_before_its_hour",
        CONTACT + "promises.py",
        "    if now < promise.due_from:\n        return contact\n",
        "",
        "the customer is called back at once, whatever the hour",
    ),
    Bug(
        "promise_is_not_redeemed",
        CONTACT + "customers.py",
        '    contact = redeem(replace(contact, ticket_reason=""), now)\n',
        '    contact = replace(contact, ticket_reason="")\n',
        "a customer who called in is called back all the same",
    ),
    Bug(
        "agent_who_left_is_not_missed",
        CONTACT + "customers.py",
        "    if not joined(contact.customer_leg) or staff_present(contact):\n",
        "    if joined(contact.customer_leg) or staff_present(contact):\n",
        "a customer whose agent hung up stays alone",
    ),
    Bug(
        "broken_line_is_a_goodbye",
        CONTACT + "customers.py",
        "    return leg is not None and leg.ending is Ending.FAILED and bool(contact.customer)\n",
        "    return False\n",
        "a customer whose line broke while waiting is not called back",
    ),
    Bug(
        "promise_that_could_not_be_written_is_told",
        CONTACT + "documents.py",
        "    Stage.PROMISING: Document.ONE_MOMENT,\n",
        "    Stage.PROMISING: Document.PROMISE_TOLD,\n",
        "the promise is spoken while it is being written",
    ),
    Bug(
        "waiting_customers_are_finished",
        CONTACT + "documents.py",
        "    if contact.stage in IN_ROOM:\n        return Document.ROOM\n"
        "    return _CUSTOMER[contact.stage]\n",
        "    if contact.stage in IN_ROOM and contact.stage is not Stage.TRANSFER:\n"
        "        return Document.ROOM\n"
        "    return _CUSTOMER.get(contact.stage, Document.FINISHED)\n",
        "a customer who comes out of the room in a transfer is hung up on",
    ),
    Bug(
        "machine_is_asked_to_confirm",
        CONTACT + "documents.py",
        "        alone = called_off or leg.machine or leg.misses > CONFIRM_TRIES\n",
        "        alone = False\n",
        "a voicemail that answers our callback is asked without end",
    ),
    # transfers
    Bug(
        "complete_on_accept",
        CONTACT + "transfers.py",
        "    if winner is None or not joined(winner) or winner.unwanted:\n"
        "        return seek_again(contact, now)\n",
        "    if winner is None or winner.unwanted:\n        return seek_again(contact, now)\n",
        "the agent is let go as soon as the receiver has accepted",
        (
            Edit(
                CONTACT + "transfers.py",
                "not joined(receiver):\n        return False\n    return receiver.room",
                "not joined(receiver):\n        return True\n    return receiver.room",
            ),
        ),
    ),
    Bug(
        "end_the_agent_before_unhold",
        CONTACT + "transfers.py",
        "    return receiver.room == customer.room and not receiver.held and not customer.held\n",
        "    return True\n",
        "the agent is let go while the customer or the receiver is on hold",
    ),
    Bug(
        "cold_lets_the_agent_go_at_once",
        CONTACT + "transfers.py",
        "    contact = replace(contact, transfers=(*contact.transfers, transfer))\n"
        "    return enter(contact, Stage.TRANSFER, now)\n",
        "    contact = replace(contact, transfers=(*contact.transfers, transfer))\n"
        "    if transfer.mode is TransferMode.COLD:\n"
        "        contact = put_leg(contact, unwant(agent, AttemptOutcome.ACCEPTED))\n"
        "    return enter(contact, Stage.TRANSFER, now)\n",
        "a cold transfer ends the agent before anybody has accepted",
    ),
    Bug(
        "receiver_who_left_is_not_missed",
        CONTACT + "transfers.py",
        "    if not _stays(receiver):\n        return _receiver_lost(contact, transfer, now)\n"
        "    if not _stays(contact.leg(transfer.by)):\n",
        "    if not _stays(contact.leg(transfer.by)):\n",
        "the customer stays on hold for a receiver who hung up",
    ),
    Bug(
        "nobody_rings_after_the_receiver_left",
        CONTACT + "transfers.py",
        "    contact = _go(_T.RINGING)(contact, transfer, now)\n"
        "    return begin_return(contact, now)\n",
        "    return _go(_T.RINGING)(contact, transfer, now)\n",
        "agent and receiver are gone, and the customer waits for nobody",
        (
            Edit(
                CONTACT + "transfers.py",
                "        return seek_again(contact, now)\n    consult",
                "        return contact\n    consult",
            ),
        ),
    ),
    Bug(
        "cancel_frees_the_agent",
        CONTACT + "transfers.py",
        "        asked = leg.role is Role.RECEIVER and leg.id != transfer.by\n",
        "        asked = leg.id == transfer.by\n",
        "who cancels a transfer is hung up instead of the receiver",
    ),
    Bug(
        "agent_who_left_in_a_transfer",
        CONTACT + "transfers.py",
        "    if not _stays(contact.leg(transfer.by)):\n"
        "        return _go(_T.COMPLETING)(contact, transfer, now)\n",
        "",
        "the agent hangs up in a consultation, and customer and receiver never meet",
    ),
)
