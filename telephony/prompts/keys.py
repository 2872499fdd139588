"""The keys of everything that Warmline says or writes to people.

The sentences stand in `locale/<language>/LC_MESSAGES/prompts.po`. A new sentence needs a key here
and one entry in each language; a test compares keys and placeholders.
"""

from __future__ import annotations

from enum import StrEnum


class Prompt(StrEnum):
    """One sentence that can be spoken or sent; its value is the `msgid` in the catalogues."""

    # Menu and greeting.
    GREETING = "greeting"
    GREETING_AGAIN = "greeting_again"
    GREETING_BACK = "greeting_back"
    RECORDING_NOTICE = "recording_notice"
    MENU_CHOICE = "menu_choice"
    MENU_REPEAT = "menu_repeat"
    MENU_LANGUAGE = "menu_language"
    MENU_PERSON = "menu_person"
    PLAIN = "plain"
    NOT_UNDERSTOOD = "not_understood"
    SILENCE = "silence"
    TO_PERSON = "to_person"
    LANGUAGE_CHANGED = "language_changed"
    CONNECTING_TO = "connecting_to"
    ONE_MOMENT = "one_moment"

    # Hold.
    HOLD_FIRST = "hold_first"
    HOLD_NEXT = "hold_next"
    HOLD_WAITING = "hold_waiting"
    HOLD_MINUTES = "hold_minutes"
    HOLD_AGENT_CONSULTING = "hold_agent_consulting"
    HOLD_AGENT_RETURNING = "hold_agent_returning"
    HOLD_BY_AGENT = "hold_by_agent"
    LINE_RESTORED = "line_restored"

    # Choices while waiting.
    CHOICE_AFTER_ROUND = "choice_after_round"
    CHOICE_WAIT = "choice_wait"
    CHOICE_CALLBACK = "choice_callback"
    CHOICE_MESSAGE = "choice_message"
    CHOICE_AGENT = "choice_agent"
    CHOICE_AGENT_LEFT = "choice_agent_left"
    CHOICE_CONNECT_AGAIN = "choice_connect_again"
    CHOICE_DONE = "choice_done"

    # Closed hours.
    CLOSED = "closed"
    CLOSED_NO_TIME = "closed_no_time"
    CHOICE_CLOSED_CALLBACK = "choice_closed_callback"
    CHOICE_CLOSED_MESSAGE = "choice_closed_message"

    # Promises, messages, tickets.
    PROMISE_SPOKEN = "promise_spoken"
    PROMISE_REDEEMED = "promise_redeemed"
    PROMISE_NOT_POSSIBLE = "promise_not_possible"
    MESSAGE_INTRO = "message_intro"
    MESSAGE_SAVED = "message_saved"
    MESSAGE_EMPTY = "message_empty"
    TICKET_SPOKEN = "ticket_spoken"
    SYSTEM_TROUBLE = "system_trouble"
    GOODBYE = "goodbye"

    # To the receiver.
    WHISPER = "whisper"
    WHISPER_SHORT = "whisper_short"
    WHISPER_DIRECT = "whisper_direct"
    WHISPER_CALLBACK = "whisper_callback"
    WHISPER_WRONG_KEY = "whisper_wrong_key"
    ACCEPTED = "accepted"
    ACCEPT_BEATEN = "accept_beaten"
    DECLINED_THANKS = "declined_thanks"
    CUSTOMER_GONE = "customer_gone"
    TRANSFER_OVER = "transfer_over"

    # Callbacks.
    CALLBACK_GREETING = "callback_greeting"
    CALLBACK_CONFIRM = "callback_confirm"
    CALLBACK_VOICEMAIL = "callback_voicemail"
    CALLBACK_CANCELLED = "callback_cancelled"
    CALLBACK_LINE_BROKE = "callback_line_broke"

    # To the agent.
    AGENT_CUSTOMER_LOST = "agent_customer_lost"
    AGENT_CALLING_BACK = "agent_calling_back"
    AGENT_CUSTOMER_LEFT = "agent_customer_left"
    AGENT_NOBODY_ANSWERED = "agent_nobody_answered"

    # Text messages.
    SMS_PROMISE = "sms_promise"
    SMS_MOVED = "sms_moved"
    SMS_CANCELLED = "sms_cancelled"

    # Times.
    TIME_TODAY = "time_today"
    TIME_TOMORROW = "time_tomorrow"
    TIME_WEEKDAY = "time_weekday"
    TIME_TODAY_ONE = "time_today_one"
    TIME_TOMORROW_ONE = "time_tomorrow_one"
    TIME_WEEKDAY_ONE = "time_weekday_one"
    DURATION_MOMENT = "duration_moment"
