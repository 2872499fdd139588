"""A caller who called before is recognised: greeted as one, in their language."""

from __future__ import annotations

from tests.webhooks.support import Twilio, call_sid, said

pytest_plugins = ("tests.webhooks.fixtures",)

FIRST, SECOND = call_sid(1), call_sid(2)


def test_a_caller_who_called_before_is_greeted_as_one_in_their_language(twilio: Twilio) -> None:
    asked = twilio.rings(FIRST)
    assert "Welcome back" not in said(asked)
    spanish = twilio.press(asked, FIRST, "8")
    twilio.press(spanish, FIRST, "1")
    again = twilio.rings(SECOND)
    assert "de nuevo" in said(again)
    contact = twilio.contact(SECOND[2:])
    assert (contact.language, contact.earlier) == ("es", "sales")


def test_somebody_who_only_heard_the_menu_is_still_a_new_caller(twilio: Twilio) -> None:
    twilio.rings(FIRST)
    assert "Welcome back" not in said(twilio.rings(SECOND))


def test_callers_without_a_number_are_not_taken_for_one_another(twilio: Twilio) -> None:
    twilio.press(twilio.rings(FIRST, From="anonymous"), FIRST, "1")
    assert "Welcome back" not in said(twilio.rings(SECOND, From="anonymous"))
