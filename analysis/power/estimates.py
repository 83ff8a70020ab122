"""Request estimates of power, and compute them."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from threading import Event
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from analysis.code_version import code_version
from analysis.models import PowerEstimate
from analysis.statistics.power_counts import Power
from analysis.statistics.power_plans import PowerQuestion
from jobs.database_clock import is_ahead
from jobs.queues import Queue
from jobs.workers import Hopeless

STORED_EVERY = 1.0
"""Seconds between two writes to the database; a killed worker loses at most this much work."""
MOST_PROCESSES = 8
"""Each process takes about 150 MB."""
GRACE = 2.0
"""Seconds to wait for a request to stop: the pool's processes receive it, too, and may exit before the worker hears of it."""
ENDED = "Another program ended a process that simulated studies, perhaps for lack of memory. Resume, or plan smaller studies."
ANSWERED = (
    "Another estimate answers this question with the current version of the code. Resume or try again to open it."
)
State = PowerEstimate.State
ESTIMATES = Queue(table=PowerEstimate, task="analysis.estimate_power")


@transaction.atomic
def request_estimate(question: PowerQuestion, started_by: User | None = None) -> PowerEstimate:
    """Return the estimate for the question; requesting it again starts only one that failed or was cancelled."""
    estimate, is_new = PowerEstimate.objects.get_or_create(
        fingerprint=_fingerprint(question),
        defaults={"question": asdict(question), "code": code_version()},
    )
    if is_new:
        ESTIMATES.queue(estimate, started_by)
    else:
        _continue(estimate, started_by)
    return estimate


def resume_estimate(estimate: PowerEstimate, started_by: User | None = None) -> PowerEstimate:
    """Continue a failed or cancelled estimate from where it stopped, and return it.

    If the code has changed since, request and return the question's estimate by the current code instead: its results cannot
    be combined with the earlier ones.
    """
    if _is_stopped(estimate) and estimate.code != code_version():
        return request_estimate(question_of(estimate), started_by)
    _continue(estimate, started_by)
    return estimate


def _continue(estimate: PowerEstimate, started_by: User | None) -> None:
    if _is_stopped(estimate):
        ESTIMATES.queue(estimate, started_by)


def _is_stopped(estimate: PowerEstimate) -> bool:
    return estimate.state in (State.PAUSED, State.CANCELLED)


def question_of(estimate: PowerEstimate) -> PowerQuestion:
    """Return the estimate's question."""
    return PowerQuestion.read(estimate.question)


def found_by(estimate: PowerEstimate) -> list[Power]:
    """Return what studies of each size have found so far; empty before the first studies."""
    differences = question_of(estimate).differences
    return [_read_power(differences, stored) for stored in estimate.found]


def count_before(estimate: PowerEstimate) -> int:
    """Return how many estimates come before a waiting one: earlier ones and the one being computed."""
    is_held = is_ahead("leased_until") & ~Q(worker="")
    before = PowerEstimate.objects.filter(Q(pk__lt=estimate.pk) | is_held, state=State.RUNNING)
    return before.exclude(pk=estimate.pk).count()


def compute_estimate(estimate: PowerEstimate, worker: str, stopping: Event) -> None:
    """Simulate the estimate's studies until it is complete, or until ``stopping`` is set. Raises LeaseLost, Hopeless."""
    if estimate.code != code_version():
        _restart(estimate, worker)
    try:
        _simulate(estimate, worker, stopping)
    except BrokenProcessPool as error:
        if not stopping.wait(GRACE):
            raise Hopeless(ENDED) from error


def _restart(estimate: PowerEstimate, worker: str) -> None:
    """Discard results of another version of the code: they cannot be combined with this version's. Raises Hopeless."""
    fields = {"code": code_version(), "fingerprint": _fingerprint(question_of(estimate)), "found": []}
    try:
        ESTIMATES.store(estimate, worker, **fields)
    except IntegrityError as error:
        raise Hopeless(ANSWERED) from error


def _simulate(estimate: PowerEstimate, worker: str, stopping: Event) -> None:
    from analysis.statistics.power_simulation import simulate, study_pool

    with study_pool(_processes()) as pool:
        for found in _now_and_then(simulate(question_of(estimate), pool, found_by(estimate))):
            ESTIMATES.store(estimate, worker, found=[_write_power(power) for power in found])
            if stopping.is_set():
                return
    ESTIMATES.finish(estimate, worker, timezone.now())


def _now_and_then(steps: Iterable[Sequence[Power]]) -> Iterator[Sequence[Power]]:
    """Yield at most one step per second, and always the last one."""
    begun = monotonic()
    step: Sequence[Power] = ()
    for step in steps:
        if monotonic() - begun >= STORED_EVERY:
            begun = monotonic()
            yield step
    if step:
        yield step


def _processes() -> int:
    """Return the number of processes to use: all cores but one, which is left to the site and to models."""
    return max(1, min(MOST_PROCESSES, (os.cpu_count() or 1) - 1))


def _fingerprint(question: PowerQuestion) -> str:
    """Return a hash that changes with the question and with the code that answers it."""
    asked = json.dumps([code_version(), asdict(question)], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _write_power(power: Power) -> dict[str, Any]:
    return asdict(power) | {"contrasts": list(power.contrasts.values())}


def _read_power(differences: Iterable[tuple[str, str]], stored: dict[str, Any]) -> Power:
    return Power(**stored | {"contrasts": dict(zip(differences, stored["contrasts"], strict=True))})
