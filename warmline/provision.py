"""Tells an account at Twilio (or at the simulator) where Warmline listens.

A number needs its voice URL, the fallback and the status callback; the softphone needs a TwiML
application. Everything is looked up first and changed only where it differs, so doing it twice
is doing it once.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
https://www.twilio.com/docs/usage/api/applications
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from telephony.errors import NotFound, Refused, WarmlineError
from telephony.twilio.urls import Urls

NAME = "Warmline softphone"
TWILIO = "https://api.twilio.com"


@dataclass(frozen=True)
class Account:
    """The account's REST API. `base` is empty for Twilio itself; `timeout` is in seconds."""

    sid: str
    token: str
    base: str = ""
    timeout: float = 5.0

    def get(self, resource: str, **query: str) -> dict[str, Any]:
        """Read `resource`, such as Applications; raises a `WarmlineError` on every failure."""
        return self._ask("GET", resource, params=query)

    def post(self, resource: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Create or update; raises a `WarmlineError` on every failure."""
        return self._ask("POST", resource, data=dict(form))

    def _ask(self, method: str, resource: str, **more: Any) -> dict[str, Any]:
        path = f"/2010-04-01/Accounts/{self.sid}" + (f"/{resource}" if resource else "") + ".json"
        try:
            answer = requests.request(
                method,
                (self.base or TWILIO) + path,
                auth=(self.sid, self.token),
                timeout=self.timeout,
                **more,
            )
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise WarmlineError(
                f"Twilio's REST API at {self.base or TWILIO} did not answer: {error}",
                what_to_do="Check the network and WARMLINE_TWILIO_BASE_URL, then try again.",
            ) from error
        if answer.status_code == requests.codes.unauthorized:
            raise Refused(
                "bad_credentials",
                "Twilio does not accept the account's credentials.",
                what_to_do="Check WARMLINE_TWILIO_ACCOUNT_SID and WARMLINE_TWILIO_AUTH_TOKEN.",
            )
        if not answer.ok:
            raise Refused(
                "twilio_refused",
                f"Twilio refused {method} {resource}: {body.get('code')} {body.get('message')}",
                what_to_do=str(body.get("more_info") or "See Twilio's error dictionary."),
            )
        return dict(body)


@dataclass(frozen=True)
class Change:
    """One thing to create (`resource` is a list) or to update; `form` holds only differences."""

    what: str
    resource: str
    form: Mapping[str, str]


def number_form(urls: Urls, fallback_url: str) -> dict[str, str]:
    """What a number must be set to."""
    return {
        "VoiceUrl": urls.incoming(),
        "VoiceMethod": "POST",
        "VoiceApplicationSid": "",
        # A document of our own checks a signature, which is made for POST; a static one is read.
        "VoiceFallbackUrl": fallback_url or urls.fallback(),
        "VoiceFallbackMethod": "GET" if fallback_url else "POST",
        "StatusCallback": urls.status_call(),
        "StatusCallbackMethod": "POST",
    }


def application_form(urls: Urls, fallback_url: str) -> dict[str, str]:
    """What the softphone's TwiML application must be set to."""
    number = number_form(urls, fallback_url)
    kept = ("VoiceMethod", "VoiceFallbackUrl", "VoiceFallbackMethod")
    form = {name: number[name] for name in (*kept, "StatusCallback", "StatusCallbackMethod")}
    return {"FriendlyName": NAME, "VoiceUrl": urls.softphone(), **form}


def plan(
    account: Account,
    urls: Urls,
    *,
    numbers: Iterable[str],
    fallback_url: str = "",
    application_sid: str = "",
    buy: bool = False,
) -> list[Change]:
    """What has to change at Twilio, in order. Nothing is changed here.

    A number that the account does not own raises `NotFound`, unless `buy` is true.
    """
    changes = []
    for number in numbers:
        found = account.get("IncomingPhoneNumbers", PhoneNumber=number)["incoming_phone_numbers"]
        owned = next((item for item in found if item["phone_number"] == number), None)
        wanted = number_form(urls, fallback_url)
        if owned is not None:
            changes += _update(f"number {number}", "IncomingPhoneNumbers", owned, wanted)
        elif buy:
            form = {"PhoneNumber": number, **wanted}
            changes.append(Change(f"number {number}", "IncomingPhoneNumbers", form))
        else:
            raise NotFound(
                f"The account does not own {number}.",
                what_to_do="Buy it in the Twilio Console, or name another number.",
            )
    wanted = application_form(urls, fallback_url)
    app = application(account, application_sid)
    if app is None:
        changes.append(Change(f"application {NAME}", "Applications", wanted))
    else:
        changes += _update(f"application {app['sid']}", "Applications", app, wanted)
    return changes


def application(account: Account, sid: str = "") -> dict[str, Any] | None:
    """The softphone's application: the one with this sid, or the first with our name."""
    if sid:
        return account.get(f"Applications/{sid}")
    found = account.get("Applications", FriendlyName=NAME)["applications"]
    return next(iter(found), None)


def apply(account: Account, changes: Iterable[Change]) -> None:
    """Make the changes, one after the other; the first refusal ends it and may be repeated."""
    for change in changes:
        account.post(change.resource, change.form)


@dataclass(frozen=True)
class Softphone:
    """What access tokens for the softphone are made with: an API key and the application."""

    application_sid: str
    sid: str
    secret: str


def set_up_simulated(
    account: Account, urls: Urls, numbers: Iterable[str], fallback_url: str = ""
) -> Softphone:
    """Set up a simulated account from nothing; it owns any number that is asked for."""
    apply(account, plan(account, urls, numbers=numbers, fallback_url=fallback_url, buy=True))
    app = application(account)
    assert app is not None
    key = account.post("Keys", {"FriendlyName": NAME})
    return Softphone(app["sid"], key["sid"], key["secret"])


def _update(
    what: str, resource: str, there: Mapping[str, Any], wanted: Mapping[str, str]
) -> list[Change]:
    different = {
        name: value for name, value in wanted.items() if (there.get(_snake(name)) or "") != value
    }
    return [Change(what, f"{resource}/{there['sid']}", different)] if different else []


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]
