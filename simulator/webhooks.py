"""Delivering webhooks as Twilio does: signed, timed out, retried, redirected, with cookies.

Rules: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides and
https://www.twilio.com/docs/voice/twiml (redirects, cookies).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote_plus, urljoin, urlsplit, urlunsplit

from simulator import faults
from simulator.engine import Engine
from simulator.signature import sign
from simulator.transport import Delivery, Outcome

MAX_REDIRECTS = 10
CEILING = 15.0
_quoted = lru_cache(8192)(quote_plus)
Done = Callable[[Outcome, str], None]


@dataclass(frozen=True, slots=True)
class Overrides:
    """Connection settings from the URL fragment; seconds."""

    connect: float = 5.0
    read: float = CEILING
    total: float = CEILING
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


@dataclass(slots=True)
class Webhook:
    """One delivery and how far it has come."""

    event: str
    url: str
    method: str
    fields: tuple[tuple[str, str], ...]
    done: Done
    parties: tuple[str, str] = ("", "")
    overrides: Overrides = Overrides()
    token: str = ""
    attempt: int = 1
    hops: int = 0
    begun: float = 0.0
    sent: float = 0.0
    answer_matters: bool = True


def form_of(fields: tuple[tuple[str, str], ...]) -> str:
    """Fields as a query string or form body."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields)


@lru_cache(1024)
def overrides_in(fragment: str) -> Overrides:
    """Read ``rc=3&rp=ct,5xx&ct=…``; values outside Twilio's ranges are clamped to them."""
    given = dict(parse_qsl(fragment))

    def seconds(name: str, default: float, most: float) -> float:
        text = given.get(name, "")
        return min(max(int(text), 100), most * 1000) / 1000 if text.isdigit() else default

    retries = int(given["rc"]) if given.get("rc", "").isdigit() else 1
    policy = frozenset(given["rp"].split(",")) if given.get("rp") else frozenset({"ct"})
    return Overrides(
        seconds("ct", 5.0, 10.0),
        seconds("rt", CEILING, CEILING),
        seconds("tt", CEILING, CEILING),
        min(max(retries, 0), 5),
        policy,
    )


def deliver(net: Engine, hook: Webhook) -> None:
    """Send it, unless a fault has other plans. ``hook.done`` gets the last outcome and URL."""
    split = urlsplit(hook.url)
    hook.overrides = overrides_in(split.fragment)
    hook.url = urlunsplit(split._replace(fragment=""))
    hook.token = hook.token or net.dice.secret()
    hook.begun = net.wall()
    subject = f"{hook.event} {hook.url}"
    if faults.strike(net, {"webhook_lose"}, subject):
        _lose(net, hook)
    elif fault := faults.strike(net, {"webhook_delay"}, subject):
        net.clock.after(fault.seconds, lambda: _send(net, hook))
    elif fault := faults.strike(net, {"webhook_reorder"}, subject):
        release = net.clock.after(fault.seconds, lambda: _send(net, hook))
        net.held_back.append((release, lambda: _send(net, hook)))
    else:
        if faults.strike(net, {"webhook_duplicate"}, subject):
            _submit(net, hook, _twin(net, hook))
        _send(net, hook)
        _release(net)


def _release(net: Engine) -> None:
    """Let go of what waited to be overtaken."""
    held, net.held_back = net.held_back, []
    for timer, send in held:
        if timer.what is not None:
            timer.cancel()
            net.clock.after(0.05, send)


def _lose(net: Engine, hook: Webhook) -> None:
    """It never arrives: the sender of a voice request sees a time-out, nobody sees the rest."""
    if hook.answer_matters:
        net.clock.after(CEILING, lambda: hook.done(Outcome(failure="timeout"), hook.url))


def _twin(net: Engine, hook: Webhook) -> Callable[[Outcome], None]:
    sent = net.wall()

    def note(outcome: Outcome) -> None:
        _trace(net, hook, outcome, sent)

    return note


def _send(net: Engine, hook: Webhook) -> None:
    hook.sent = net.wall()
    _submit(net, hook, lambda outcome: _answered(net, hook, outcome))


def _submit(net: Engine, hook: Webhook, done: Callable[[Outcome], None]) -> None:
    url, fields = hook.url, hook.fields
    headers = [
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("I-Twilio-Idempotency-Token", hook.token),
        ("X-Home-Region", "us1"),
    ]
    if hook.method == "GET":
        url = _with_query(url, fields)
        headers.extend(_validators(net, url))
        headers.append(("X-Twilio-Signature", sign(net.account.auth_token, url)))
        body = b""
    else:
        body = form_of(fields).encode()
        headers.append(("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"))
        headers.append(("X-Twilio-Signature", sign(net.account.auth_token, url, fields)))
    jar = net.cookies.get((*hook.parties, urlsplit(url).netloc))
    if jar:
        headers.append(("Cookie", "; ".join(f"{k}={v}" for k, v in jar.items())))
    left = max(0.1, hook.overrides.total - (net.wall() - hook.begun))
    net.transport.submit(
        Delivery(
            hook.method,
            url,
            tuple(headers),
            body,
            min(hook.overrides.connect, left),
            min(hook.overrides.read, left),
        ),
        done,
    )


def _trace(net: Engine, hook: Webhook, outcome: Outcome, sent: float) -> None:
    fields = dict(hook.fields)
    about = {
        name: fields[field]
        for name, field in (("call", "CallSid"), ("room", "ConferenceSid"))
        if fields.get(field)
    }
    if outcome.failure:
        about["failure"] = outcome.failure
    net.trace.write(
        "webhook",
        url=hook.url,
        event=hook.event,
        status=outcome.status,
        ms=round((net.wall() - sent) * 1000, 1),
        attempt=hook.attempt,
        **about,
    )


def _answered(net: Engine, hook: Webhook, outcome: Outcome) -> None:
    _trace(net, hook, outcome, hook.sent)
    _keep_cookies(net, hook, outcome)
    outcome = _cached(net, hook, outcome)
    location = outcome.header("location")
    if 300 <= outcome.status < 400 and location:
        _follow(net, hook, outcome, location)
        return
    wanted = _kind(outcome)
    again = wanted and ({wanted, "all"} & hook.overrides.policy)
    spent = net.wall() - hook.begun
    if again and hook.attempt <= hook.overrides.retries and spent < hook.overrides.total:
        hook.attempt += 1
        _send(net, hook)
        return
    hook.done(outcome, hook.url)


def _kind(outcome: Outcome) -> str:
    """The outcome in the words of the retry policy, or '' for success."""
    if outcome.failure:
        return "rt" if outcome.failure in ("timeout", "protocol") else "ct"
    return f"{outcome.status // 100}xx" if outcome.status >= 400 else ""


def _follow(net: Engine, hook: Webhook, outcome: Outcome, location: str) -> None:
    """Up to ten redirects; 301, 302 and 303 turn a POST into a GET without its fields."""
    hook.hops += 1
    hook.url = urljoin(hook.url, location)
    if hook.hops > MAX_REDIRECTS:
        hook.done(Outcome(outcome.status, failure="protocol", detail="redirects"), hook.url)
        return
    if outcome.status not in (307, 308) and hook.method == "POST":
        hook.method, hook.fields = "GET", ()
    _send(net, hook)


def _keep_cookies(net: Engine, hook: Webhook, outcome: Outcome) -> None:
    for name, value in outcome.headers:
        if name == "set-cookie":
            try:
                parsed = SimpleCookie(value)
            except CookieError:
                continue
            jar = net.cookies.setdefault((*hook.parties, urlsplit(hook.url).netloc), {})
            jar.update({key: morsel.value for key, morsel in parsed.items()})


def _with_query(url: str, fields: tuple[tuple[str, str], ...]) -> str:
    return url + ("&" if "?" in url else "?") + form_of(fields) if fields else url


def _validators(net: Engine, url: str) -> list[tuple[str, str]]:
    """What a repeated GET asks with: is the copy we keep still good?"""
    kept = net.cached.get(url)
    if kept is None:
        return []
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return [(ask, kept.header(name)) for ask, name in pairs if kept.header(name)]


def _cached(net: Engine, hook: Webhook, outcome: Outcome) -> Outcome:
    """GET answers with ETag or Last-Modified are kept, and 304 means the kept one."""
    if hook.method != "GET":
        return outcome
    url = _with_query(hook.url, hook.fields)
    if outcome.status == 304 and url in net.cached:
        return net.cached[url]
    if outcome.status == 200 and (outcome.header("etag") or outcome.header("last-modified")):
        net.cached[url] = outcome
    return outcome


def error_code(outcome: Outcome) -> int:
    """The debugger code of a failed fetch, or 0 when there is a document to look at."""
    if outcome.detail == "redirects":
        return 11215
    codes = {"connect": 11205, "dns": 11210, "tls": 11220, "timeout": 11200, "protocol": 11206}
    if outcome.failure:
        return codes[outcome.failure]
    return 0 if 200 <= outcome.status < 300 else 11200
