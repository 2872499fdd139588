"""What every resource needs: its path, filters by flag, word and date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from simulator.network import Network
from simulator.rest.problems import bad_parameter
from simulator.rest.wire import Fields

API_VERSION = "2010-04-01"
T = TypeVar("T")


def path(network: Network, *parts: str) -> str:
    """`/2010-04-01/Accounts/AC…/` and the parts, with `.json` at the end."""
    return "/".join(["", API_VERSION, "Accounts", network.account.sid, *parts]) + ".json"


def links(network: Network, owner: tuple[str, ...], **names: str) -> dict[str, str]:
    """`subresource_uris`: each keyword is a key and the collection it points to."""
    base = path(network, *owner).removesuffix(".json")
    return {key: f"{base}/{collection}.json" for key, collection in names.items()}


def by_text(
    records: Iterable[T], query: Fields, name: str, value: Callable[[T], str | None]
) -> list[T]:
    """Keep the records whose value equals the query's, if the query has it."""
    wanted = query.get(name)
    if wanted is None:
        return list(records)
    return [record for record in records if value(record) == wanted]


def by_date(
    network: Network,
    records: Iterable[T],
    query: Fields,
    name: str,
    value: Callable[[T], float | None],
) -> list[T]:
    """Keep the records whose date fits `Name`, `Name<` and `Name>`.

    The bounds are inclusive. A bound is an ISO 8601 date or moment, in GMT unless it says so;
    equality with a date means that day, with a moment that second.
    """
    kept = list(records)
    for suffix in ("", "<", ">"):
        text = query.get(name + suffix)
        if text is None:
            continue
        bound = _moment(name + suffix, text)
        span = timedelta(days=1) if len(text) == len("2026-01-05") else timedelta(seconds=1)
        kept = [
            record
            for record in kept
            if (t := value(record)) is not None
            and _fits(network.moment(t).replace(microsecond=0), suffix, bound, span)
        ]
    return kept


def _fits(moment: datetime, suffix: str, bound: datetime, span: timedelta) -> bool:
    if suffix == "<":
        return moment <= bound
    if suffix == ">":
        return moment >= bound
    return bound <= moment < bound + span


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_parameter(name, "must be a date (YYYY-MM-DD) or an ISO 8601 moment") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
