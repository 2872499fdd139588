"""What the webhooks count for /metrics."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "warmline_webhooks_total", "Webhooks answered, by route and result.", ("route", "result")
)
SECONDS = Histogram(
    "warmline_webhook_seconds",
    "Time to answer a webhook, by route.",
    ("route",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 3, 5, 15),
)


@cache
def _counter(route: str, result: str) -> Counter:
    return REQUESTS.labels(route, result)


@cache
def _timer(route: str) -> Histogram:
    return SECONDS.labels(route)


def answered(route: str, result: str, seconds: float) -> None:
    """Count one answer.

    ``result``: ok, trouble, unknown, forged, malformed, foreign, away, method (not allowed here).
    """
    _counter(route, result).inc()
    _timer(route).observe(seconds)
