"""A lean RQ worker: ``python -m workers.worker``.

It is RQ's SimpleWorker on one queue, with the bookkeeping left out that a hint does not need: a
job costs three round trips of its own instead of some sixty commands. What fails is kept by RQ in
its failed-job registry. When Redis goes away the process ends, and the supervisor starts another.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Any
from uuid import uuid4

import redis
from rq import SimpleWorker
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from rq.worker import WorkerStatus

from telephony.bootstrap import build
from telephony.errors import StoreUnavailable
from telephony.logs import set_up_logs
from telephony.settings import load_settings
from telephony.store import keys
from workers import jobs
from workers.hands import Hands, threaded

log = logging.getLogger("warmline.workers")

# How long the worker waits for a job at a time; after that it beats and waits again.
WAIT_S = 1.0
BEAT_S = 1.0
MAINTENANCE_S = 5
SET_ASIDE_S = 3600


class WakeWorker(SimpleWorker):
    """Takes wake-up jobs one after the other. SIGTERM lets the present one finish."""

    def __init__(self, connection: redis.Redis, hands: Hands) -> None:
        queue = Queue(keys.QUEUE_NAME, connection=connection, serializer=JSONSerializer)
        super().__init__(
            [queue],
            # A container gives every start the same process id; RQ wants a name of its own.
            name=f"{hands.worker.replace(':', '-')}-{uuid4().hex[:8]}",
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=30,
            maintenance_interval=MAINTENANCE_S,
            log_job_description=False,
        )
        self._hands = hands
        self._queue = queue
        self._beaten = 0.0

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job that can be read; None when there is none in burst mode.

        An error of the connection is not caught: RQ's loop then ends the process.
        """
        self._state = WorkerStatus.IDLE
        while True:
            self._beat()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()  # type: ignore[no-untyped-call]
            if self._stop_requested:
                return None
            name = self._pop(timeout)
            if name is not None:
                # From here on SIGTERM waits for the job.
                self._state = WorkerStatus.BUSY
                job = self._fetch(name)
                if job is not None:
                    return job, self._queue
                self._state = WorkerStatus.IDLE
            elif timeout is None:
                return None

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run the job in this process, within its time."""
        failed = False
        try:
            with self.death_penalty_class(job.timeout, JobTimeoutException, job_id=job.id):
                job.perform()
        except StoreUnavailable as error:
            # No failure of the job: the clock wakes the contact again.
            log.warning("job %s: %s", job.id, error)
        except Exception as error:
            log.exception("job %s failed", job.id)
            self.handle_job_failure(job, queue, exc_string=repr(error))
            failed = True
        with self.connection.pipeline(transaction=True) as pipe:
            if not failed:
                pipe.delete(job.key)
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.execute()
        self._state = WorkerStatus.IDLE

    def check_for_suspension(self, burst: bool) -> None:
        """A held caller cannot be suspended; nobody is asked."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """RQ's heartbeat is part of our own, once a second."""

    def subscribe(self) -> None:
        """No commands are taken over pub/sub: signals are enough, and it costs a thread."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def _beat(self) -> None:
        moment = time.monotonic()
        if moment - self._beaten < BEAT_S:
            return
        self._beaten = moment
        super().heartbeat()
        live = self._hands.services.live
        live.feed.beat(self._hands.worker, self._hands.now)
        # While the clock is away, what is due comes a second late, and not when it is back.
        live.due(self._hands.now)

    def _pop(self, timeout: int | None) -> bytes | None:
        source, target = self._queue.key, self._queue.intermediate_queue_key
        if timeout is None:
            found = self.connection.lmove(source, target)
        else:
            found = self.connection.blmove(source, target, WAIT_S)  # type: ignore[arg-type]
        return found  # type: ignore[return-value]

    def _fetch(self, name: bytes) -> Job | None:
        """The job of that name; None when it has expired, or is none of ours and set aside."""
        try:
            job = self._queue.fetch_job(name.decode())
            if job is not None and job.func_name == keys.WAKE_FUNCTION:
                return job
            why = "it has expired" if job is None else f"it asks for {job.func_name!r}"
        except (redis.ConnectionError, redis.TimeoutError):
            raise
        except (DeserializationError, ValueError, TypeError, AttributeError) as error:
            why = f"it cannot be read: {error!r}"
        log.warning("job %r set aside: %s", name[:80], why)
        with self.connection.pipeline(transaction=True) as pipe:
            pipe.lrem(self._queue.intermediate_queue_key, 1, name)  # type: ignore[arg-type]
            pipe.expire(keys.JOB.encode() + name, SET_ASIDE_S)
            pipe.execute()
        return None


def main() -> int:
    """Work until asked to stop (0), or until Redis goes away (1)."""
    settings = load_settings()
    set_up_logs(settings)
    services = build(settings)
    services.routing.company()
    hands = threaded(services)
    jobs.use(hands)
    # BLMOVE waits on the server, so this client's patience is longer than that of commits.
    connection = redis.Redis.from_url(settings.redis_url, socket_timeout=15)
    worker = WakeWorker(connection, hands)
    worker.work(logging_level="WARNING")
    asked = worker._shutdown_requested_date is not None
    if asked:
        services.live.feed.leave(hands.worker)
    services.close()
    return 0 if asked else 1


if __name__ == "__main__":
    sys.exit(main())
