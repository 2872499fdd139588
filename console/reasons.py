"""Every typed reason in words: what it means and what to do about it, in one table.

The same words explain a refused request, a failed transfer and the end of a contact.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    title: str
    meaning: str
    what_to_do: str


REASONS: dict[str, Reason] = {
    # -- requests ---------------------------------------------------------------------------
    "bad_request": Reason(
        "Bad request",
        "The request could not be read.",
        "Send well-formed HTTP with a JSON object in UTF-8 as the body.",
    ),
    "not_json": Reason(
        "Not JSON",
        "The body must be application/json.",
        "Set Content-Type: application/json and send a JSON object.",
    ),
    "bad_json": Reason(
        "Broken JSON",
        "The body is not valid JSON.",
        "Send one JSON object in UTF-8.",
    ),
    "invalid": Reason(
        "Values cannot be used",
        "Some values cannot be used; `fields` names each of them.",
        "Correct the named fields and send the request again.",
    ),
    "too_large": Reason(
        "Body too large",
        "The body is larger than 64 KiB.",
        "Send a smaller body.",
    ),
    "too_slow": Reason("Too slow", "The body took too long to arrive.", "Send it again."),
    "not_found": Reason(
        "Not found",
        "There is no such thing, or you may not know of it.",
        "Check the id; it may belong to somebody else or have ended.",
    ),
    "method_not_allowed": Reason(
        "Method not allowed",
        "This path does not know that method.",
        "Use one of the methods in the Allow header.",
    ),
    "not_acceptable": Reason(
        "Not acceptable", "The answer is JSON only.", "Accept application/json."
    ),
    "not_signed_in": Reason(
        "Not signed in",
        "Nobody is signed in, or the session or token has ended.",
        "Sign in with POST /api/v1/session, or send Authorization: Bearer and a valid token.",
    ),
    "wrong_password": Reason(
        "Not signed in",
        "The name or the password is wrong.",
        "Check both, or ask an admin for a new password.",
    ),
    "openid_failed": Reason(
        "Not signed in",
        "Signing in with the company's account did not work.",
        "Try again; if it fails again, show this page to an admin.",
    ),
    "not_allowed": Reason(
        "Not allowed",
        "Your role does not allow this.",
        "Ask a supervisor or an admin to do it.",
    ),
    "csrf": Reason(
        "Not from our page",
        "The X-CSRF-Token header is missing or is not the one of this session.",
        "Take `csrf` from GET /api/v1/me and send it as X-CSRF-Token.",
    ),
    "cross_site": Reason(
        "Not from our page",
        "The browser says that another site sent this request.",
        "Send it from a page of Warmline.",
    ),
    "too_many": Reason(
        "Too many tries",
        "There were too many tries in a short time.",
        "Wait for as many seconds as the Retry-After header says.",
    ),
    "conflict": Reason(
        "Changed meanwhile",
        "Somebody else changed the same thing first; nothing was done.",
        "Read the present state and decide again.",
    ),
    "key_reused": Reason(
        "Idempotency-Key used before",
        "This Idempotency-Key was used for another request.",
        "Send a new key with every new request.",
    ),
    "unavailable": Reason(
        "Unavailable",
        "A part that is needed does not answer; calls in the air are not affected.",
        "Try again in a few seconds.",
    ),
    "internal_error": Reason(
        "Internal error",
        "Something went wrong that is not your fault; it has been logged.",
        "Try again; if it stays, run `warmline doctor`.",
    ),
    # -- transfers --------------------------------------------------------------------------
    "contact_closed": Reason(
        "The contact is over",
        "The contact has ended.",
        "Look at its timeline to see how it ended.",
    ),
    "not_talking": Reason(
        "Nobody talks to the customer",
        "A transfer can start only while an agent talks to the customer.",
        "Wait until the customer is connected.",
    ),
    "transfer_open": Reason(
        "A transfer is running",
        "A transfer of this contact is already running.",
        "Complete or cancel it first.",
    ),
    "no_transfer": Reason(
        "No such transfer is running",
        "The transfer has ended, or there was none.",
        "Look at its outcome; start another one if the customer still needs somebody.",
    ),
    "receiver_not_joined": Reason(
        "The receiver has not joined",
        "Nobody has accepted and joined yet, so the customer would be left alone.",
        "Wait until the receiver has joined, or cancel the transfer.",
    ),
    "not_on_this_contact": Reason(
        "Not on this contact",
        "The phone that asks has no part in this contact.",
        "Ask from the phone that talks to the customer.",
    ),
    "supervised": Reason(
        "Somebody is there already",
        "Another supervisor listens to this contact.",
        "Talk to them, or wait until they leave.",
    ),
    "cannot_supervise": Reason(
        "The conversation cannot be joined",
        "Twilio did not let the supervisor into the conversation; it goes on undisturbed.",
        "Look whether it is still going on, then try again.",
    ),
    "no_agent": Reason(
        "No agent to act for",
        "No agent is with the customer now, so there is nobody to act for.",
        "Wait until the customer is connected.",
    ),
    "department_closed": Reason(
        "The department is closed",
        "The department is closed now.",
        "Choose another department, or offer the customer a callback.",
    ),
    "number_not_allowed": Reason(
        "The number may not be dialled",
        "The dialling policy does not allow this number.",
        "Choose another number, or ask an admin to change the dialling policy.",
    ),
    "unknown_department": Reason(
        "Unknown department",
        "There is no department with this key.",
        "Take a key from GET /api/v1/departments.",
    ),
    "unknown_code": Reason(
        "Unknown wrap-up code",
        "The routing has no wrap-up code with this key.",
        "Take a key from GET /api/v1/wrap-up-codes.",
    ),
    "unknown_agent": Reason(
        "Unknown agent",
        "There is no agent with this name.",
        "Take a name from GET /api/v1/agents.",
    ),
    "own_phone": Reason(
        "That is your own phone",
        "A customer cannot be passed on to the phone that passes them on.",
        "Choose somebody else.",
    ),
    "agent_gone": Reason(
        "The agent has gone",
        "The agent is not on the line any more, so nobody could take the customer back.",
        "Let the transfer go on: the customer is looked after.",
    ),
    "customer_line_lost": Reason(
        "The customer's line is lost",
        "The customer's line broke and they are being called back.",
        "Stay in the room; ask again when the customer is back.",
    ),
    "not_waiting_for_a_callback": Reason(
        "No callback is waited for",
        "The customer is on the line, or nobody is to be called back any more.",
        "Look at the contact: it says where the customer stands.",
    ),
    "no_such_transfer": Reason(
        "No such transfer", "This contact has no such transfer.", "Read the contact again."
    ),
    "transfer_over": Reason(
        "The transfer is over",
        "The transfer has ended already.",
        "Look at its outcome; start another one if the customer still needs somebody.",
    ),
    "completing": Reason(
        "The transfer is being completed",
        "Customer and receiver are together already; the agent is being let go.",
        "Nothing needs to be done.",
    ),
    "nobody_to_swap": Reason(
        "Nobody to swap with",
        "There are not two people to go back and forth between.",
        "Wait until the receiver has joined.",
    ),
    "already_so": Reason("Already so", "It is so already.", "Nothing needs to be done."),
    "cancelled_by_agent": Reason(
        "Cancelled", "The agent took the customer back.", "Nothing needs to be done."
    ),
    "hold_failed": Reason(
        "Hold did not work",
        "Twilio would not put the customer on hold, so the agent keeps them.",
        "Start the transfer again, or pass the customer on by words.",
    ),
    "receiver_left": Reason(
        "The receiver left",
        "The receiver hung up before the customer was theirs; the agent has the customer.",
        "Start the transfer again, or choose somebody else.",
    ),
    "agent_rung_back": Reason(
        "Back to the agent",
        "Nobody took the customer, so the agent was rung back and has them.",
        "Choose somebody else, or offer a callback.",
    ),
    "callback_promised": Reason(
        "A callback is promised",
        "Nobody took the customer, who will be called back as promised.",
        "Nothing needs to be done; the promise is kept by itself.",
    ),
    "no_answer": Reason(
        "No answer", "Nobody answered in any round.", "Try again, or choose somebody else."
    ),
    "nobody_on_duty": Reason(
        "Nobody on duty", "Nobody is on duty there.", "Choose somebody else, or offer a callback."
    ),
    "nobody_free": Reason(
        "Nobody free", "Everybody there is on another call.", "Try again, or offer a callback."
    ),
    "customer_left": Reason(
        "The customer left", "The customer hung up.", "Nothing needs to be done."
    ),
    # -- routing ----------------------------------------------------------------------------
    "draft_overtaken": Reason(
        "Another admin saved first",
        "Another admin has saved or published since you began. Nothing was overwritten.",
        "Read the draft again, look at what they changed, and save yours on top of it.",
    ),
    "routing_errors": Reason(
        "The check found errors",
        "Customers would suffer from this routing, so it was not published.",
        "Correct what `fields` names, or publish with `anyway`.",
    ),
    "nothing_to_publish": Reason(
        "Nothing to publish",
        "The draft is what is in force already.",
        "Change something first.",
    ),
    # -- how contacts end -------------------------------------------------------------------
    "served": Reason(
        "Served",
        "The customer and a person talked, and one of them hung up.",
        "Nothing needs to be done.",
    ),
    "promise_cancelled": Reason(
        "Promise cancelled",
        "The customer did not want the callback any more.",
        "Nothing needs to be done.",
    ),
    "promise_attempts_used_up": Reason(
        "Not reached",
        "The customer was not reached in any of the promised attempts.",
        "Take the ticket and find another way to reach the customer.",
    ),
    # -- promises and tickets ---------------------------------------------------------------
    "promise_closed": Reason(
        "The promise is closed",
        "The promise was kept, redeemed or cancelled already.",
        "Look at its state; nothing needs to be done.",
    ),
    "promise_open": Reason(
        "A callback is promised already",
        "This customer has an open promise of a callback.",
        "Move or cancel that promise instead.",
    ),
    "callback_not_possible": Reason(
        "No callback is possible",
        "There is no hour in which this customer may be called and the department is open.",
        "Choose another department, or find another way to reach the customer.",
    ),
    "number_withheld": Reason(
        "The number is withheld",
        "The customer's number is not known, so they cannot be called back.",
        "Ask the customer to call again.",
    ),
    "outside_hours": Reason(
        "Outside the allowed hours",
        "The customer may not be called then, by their own clock.",
        "Choose a time inside the hours that the company's promises keep.",
    ),
    "too_far_ahead": Reason(
        "Too far ahead",
        "Callbacks are promised for the next 90 days at most.",
        "Choose an earlier time, or note the wish and promise it later.",
    ),
    "no_such_promise": Reason(
        "No such promise", "This contact has no such promise.", "Read the contact again."
    ),
    "not_waiting": Reason(
        "Not waiting",
        "The customer is not being asked for a choice now.",
        "Nothing needs to be done.",
    ),
    "ticket_taken": Reason(
        "The ticket is taken",
        "Somebody else has taken this ticket already.",
        "Take another one, or talk to them.",
    ),
    "ticket_closed": Reason(
        "The ticket is closed", "The ticket is closed already.", "Take another one."
    ),
    "ticket_not_taken": Reason(
        "The ticket is not taken",
        "Nobody has taken this ticket yet.",
        "Take it first; then a name stands behind it.",
    ),
    "softphone_not_set_up": Reason(
        "The softphone is not set up",
        "No Twilio API key and application are configured.",
        "Run `warmline twilio setup`, or set the variables that `warmline doctor` names.",
    ),
}

_LEFT = "left_while_"
_UNKNOWN_ADVICE = "Look at the present state, then choose something that it allows."


def explain(reason: str) -> Reason:
    """A reason in words; one that the table does not know is at least made readable."""
    found = REASONS.get(reason)
    if found is not None:
        return found
    if reason.startswith(_LEFT):
        where = reason.removeprefix(_LEFT).replace("_", " ")
        return Reason(
            "The customer left",
            f"The customer hung up in the stage {where}.",
            "Nothing needs to be done.",
        )
    words = reason.replace("_", " ").strip() or "refused"
    return Reason(words.capitalize(), f"{words.capitalize()}.", _UNKNOWN_ADVICE)
