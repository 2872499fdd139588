"""Is it up (/healthz), can it work (/readyz), what does it count (/metrics)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from telephony.errors import StoreUnavailable
from telephony.store.ledger import ping

if TYPE_CHECKING:
    from telephony.bootstrap import Services

log = structlog.get_logger("webhooks")

BEAT_MS = 30_000
"""A worker that has said nothing for longer than this counts as gone."""
OVERDUE_MS = 10_000
"""No due moment may wait longer than this (L2)."""


@dataclass(frozen=True)
class Check:
    """One thing that must be so before traffic may come."""

    name: str
    problem: str  # '' when all is well


def checks(services: Services) -> tuple[Check, ...]:
    """Look at everything that a call in the air needs."""
    now = services.clock.now_ms()
    return (
        Check("redis", _problem(services.live.ping)),
        Check("sql", _problem(lambda: _ask_ledger(services))),
        Check("workers", _problem(lambda: _workers(services, now))),
        Check("deadlines", _problem(lambda: _deadlines(services, now))),
    )


class NotReady(Exception):
    """Something answered, but not as it must."""


def _problem(look: Callable[[], None]) -> str:
    try:
        look()
    except StoreUnavailable as error:
        # Drivers name hosts, users and databases: that is for the log, not for whoever asks.
        log.warning("readiness.store_away", error=str(error))
        return "does not answer; the log says more"
    except NotReady as error:
        return str(error)
    return ""


def _ask_ledger(services: Services) -> None:
    ping(services.ledger)
    # Read now, so that the first call after a start does not wait for it.
    services.routing.company()


def _workers(services: Services, now: int) -> None:
    limit = now - int(BEAT_MS * services.settings.speed)
    beats = services.live.feed.beats()
    alive = Counter(name.partition(":")[0] for name, at in beats.items() if at >= limit)
    if not alive["worker"]:
        raise NotReady("no worker has said anything for 30 seconds; start `warmline worker`")


def _deadlines(services: Services, now: int) -> None:
    late = services.live.oldest_overdue(now)
    if late > OVERDUE_MS * services.settings.speed:
        raise NotReady(f"the oldest due moment is {late // 1000} s late; is the clock running?")


@dataclass(frozen=True)
class LiveGauges:
    """Asked for when Prometheus asks."""

    services: Services

    def collect(self) -> Iterator[Metric]:
        try:
            stages = Counter(stage.value for stage in self.services.live.stages().values())
            late = self.services.live.oldest_overdue(self.services.clock.now_ms())
        except StoreUnavailable:
            yield GaugeMetricFamily("warmline_store_up", "Whether Redis answers.", value=0)
            return
        yield GaugeMetricFamily("warmline_store_up", "Whether Redis answers.", value=1)
        yield GaugeMetricFamily(
            "warmline_overdue_seconds", "Age of the oldest due moment.", value=late / 1000
        )
        contacts = GaugeMetricFamily(
            "warmline_contacts", "Contacts that are not closed, by stage.", labels=("stage",)
        )
        for stage, count in sorted(stages.items()):
            contacts.add_metric((stage,), count)
        yield contacts


def register(app: Flask, services: Services) -> None:
    """Open to everybody: they tell no names and no numbers."""
    live = CollectorRegistry()
    live.register(LiveGauges(services))

    def healthz() -> ResponseReturnValue:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    def readyz() -> ResponseReturnValue:
        found = checks(services)
        ready = not any(check.problem for check in found)
        told = {check.name: check.problem or "ok" for check in found}
        return jsonify({"ready": ready, "checks": told}), 200 if ready else 503

    def metrics() -> ResponseReturnValue:
        body = generate_latest(_counted()) + generate_latest(live)
        return Response(body, content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)


def _counted() -> CollectorRegistry:
    """All processes together where PROMETHEUS_MULTIPROC_DIR says so, else this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
