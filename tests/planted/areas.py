"""Which faults concern which part of the program: a fixed rule, the same for every bug of a part.

Every second world of a bug's budget has only faults of its part, so that what seldom strikes in
the mix of all faults has its chance; the other worlds have all of them.
"""

from __future__ import annotations

from typing import Final

NEWS: Final = ("webhook_lose", "webhook_reorder", "webhook_delay", "webhook_duplicate")
REST: Final = (
    "rest_429",
    "rest_5xx_before",
    "rest_5xx_after",
    "rest_timeout_before",
    "rest_timeout_after",
    "hold_ignored",
)
KILLS: Final = (
    "worker_kill_after_pop",
    "worker_kill_before_dial",
    "worker_kill_after_dial",
    "worker_kill_before_commit",
    "worker_kill_after_hold",
)
PEOPLE: Final = ("line_drops", "agent_line_drops", "browser_closes", "everybody_leaves")
STORE: Final = ("redis_refuses", "redis_answer_lost", "job_twice", "redis_down", "slow_worker")
LEDGER: Final = ("sql_down", "sql_locked")

AREAS: Final[dict[str, tuple[str, ...]]] = {
    "telephony/contact/legs.py": (*NEWS, "webhooks_lost"),
    "telephony/contact/inspecting.py": (*NEWS, "webhooks_lost"),
    "telephony/contact/wants.py": (*NEWS, "hold_ignored"),
    "telephony/contact/deadlines.py": (*NEWS, *KILLS, "rest_429", "rest_5xx_before"),
    "telephony/contact/outbox.py": (*REST, *KILLS),
    "telephony/contact/results.py": (*REST, *KILLS, "webhook_lose", "webhooks_lost"),
    "telephony/contact/": PEOPLE,
    "telephony/twilio/fates.py": REST,
    "telephony/twilio/": (*PEOPLE, *STORE),
    "telephony/store/": (*STORE, "webhook_duplicate", "worker_kill_after_pop"),
    "telephony/dispatch.py": (*PEOPLE, *STORE),
    "webhooks/": (*NEWS, *STORE),
    "workers/phone.py": (*REST, *KILLS),
    "workers/jobs.py": (*STORE, *KILLS),
    "workers/promises.py": LEDGER,
    "workers/reconciler.py": (*NEWS, *STORE),
}
"""Faults by the beginning of a file's path; the longest beginning that fits counts."""


def faults_near(file: str) -> tuple[str, ...]:
    """The faults of the part to which ``file`` belongs. Raises KeyError for a part without any."""
    fitting = [part for part in AREAS if file.startswith(part)]
    if not fitting:
        raise KeyError(f"{file}: add its part to tests/planted/areas.py")
    return AREAS[max(fitting, key=len)]
