"""Celery tasks. A task names a job only for people to read; the database decides what there is to do."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from celery import Task, shared_task
from celery.signals import celeryd_after_setup, worker_ready, worker_shutdown, worker_shutting_down

from dialogue.backends import registry
from jobs.heartbeats import SWEEP_SECONDS, Heart
from jobs.queues import Queue
from jobs.routing import ALL, EVERYTHING, Service, all_queues
from jobs.workers import Worker, new_worker_name

_TICK = 0.5
is_stopping = threading.Event()
"""Set when the process must stop: workers then return their items to the queue."""
_models = threading.Lock()


class Duty:
    """The work on one queue in this process, done by one worker at a time.

    Queues whose jobs need models wait for each other, so that models are loaded once, and closed when nothing is left to do.
    """

    def __init__(self, queue: Queue[Any], make_worker: Callable[[], Worker[Any]]) -> None:
        self.queue = queue
        self.worker: Worker[Any] | None = None
        self._make_worker = make_worker
        self._at_work = threading.Lock()

    def work_off(self) -> None:
        """Process everything that this process serves. Return immediately if it is already doing so."""
        with _held(self._at_work, blocking=False) as is_ours:
            if not is_ours:
                return
            if self.queue.job_type.MODEL_FIELDS:
                self._work_with_models()
            else:
                self._work()

    def sweep(self, service: Service, to: str) -> None:
        """Wake this process if there is work for it that it is not doing, because the message may have been lost."""
        if not self._at_work.locked() and (job := self.queue.next_job(service)):
            self.queue.ring(job, to)

    def _work_with_models(self) -> None:
        while not is_stopping.is_set():
            with _held(_models, timeout=_TICK) as is_ours:
                if is_ours:
                    try:
                        self._work()
                    finally:
                        async_to_sync(registry.close_models)()
                    return

    def _work(self) -> None:
        self.worker = self._make_worker()
        try:
            async_to_sync(self.worker.work_off)(self.queue.queued(process.service))
            self.queue.finish_complete()
        finally:
            self.worker = None


@dataclass
class Process:
    """This process: what it serves, its duties, and its heart if it is a worker."""

    service: Service = EVERYTHING
    duties: list[Duty] = field(default_factory=list)
    heart: Heart | None = None

    def sweep(self, own_queue: str) -> None:
        """Look for work of which this process has received no message."""
        for duty in self.duties:
            duty.sweep(self.service, own_queue)

    def describe_work(self) -> str:
        """Return the jobs on which this process is working, each with its number of items, in words."""
        counts: Counter[str] = Counter()
        for duty in self.duties:
            worker = duty.worker  # read once: its own thread may set it to None at any moment
            for item in list(worker.in_hand.values()) if worker else ():
                counts[str(duty.queue.job_of(item))] += 1
        return "; ".join(f"{job} ({count})" for job, count in counts.items())


process = Process()


def works_off(queue: Queue[Any]) -> Callable[[Callable[[], Worker[Any]]], Task[Any, Any]]:
    """Register the Celery task of ``queue``; the decorated function returns its worker.

    The task ends when no work is left, however long that takes. Backends have their own time limits, so none can hang it.
    """

    def register(make_worker: Callable[[], Worker[Any]]) -> Task[Any, Any]:
        duty = Duty(queue, make_worker)
        process.duties.append(duty)

        def work_off(job: str = "", about: str = "") -> None:
            duty.work_off()

        task: Task[Any, Any] = shared_task(name=queue.task)(work_off)
        return task

    return register


@celeryd_after_setup.connect
def choose_queues(instance: Any, **_: Any) -> None:
    """Let a worker without chosen queues consume all of them, and every worker its private queue."""
    queues = instance.app.amqp.queues
    for name in all_queues() if ALL in queues.consume_from else ():
        queues.select_add(name)
    queues.select_add(_own_queue(instance.hostname))


@worker_ready.connect
def begin_service(sender: Any, **_: Any) -> None:
    """Record what this worker serves, start its heart, and look for work: messages may have died with another worker."""
    process.service = Service(frozenset(sender.app.amqp.queues.consume_from))
    sweep = partial(process.sweep, _own_queue(sender.hostname))
    process.heart = Heart(new_worker_name(), process.service, process.describe_work, sweep)
    process.heart.start()


@worker_shutting_down.connect
def stop_working(**_: Any) -> None:
    """Let workers return their items instead of finishing them."""
    is_stopping.set()
    if process.heart:
        process.heart.stop()


@worker_shutdown.connect
def end_service(**_: Any) -> None:
    """Wait until the heart has announced that this worker is gone."""
    if process.heart:
        process.heart.join(SWEEP_SECONDS)


def _own_queue(hostname: str) -> str:
    return f"worker.{hostname}"


@contextmanager
def _held(lock: threading.Lock, *, blocking: bool = True, timeout: float = -1) -> Iterator[bool]:
    """Yield whether the lock was acquired, and release it at the end."""
    is_ours = lock.acquire(blocking, timeout)
    try:
        yield is_ours
    finally:
        if is_ours:
            lock.release()
