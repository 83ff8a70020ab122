"""Asking for estimates of power, and computing those that were asked for."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from threading import Event
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Q

from analysis import jobs
from analysis.code_version import code_version
from analysis.models import PowerEstimate
from analysis.statistics.power_counts import Power
from analysis.statistics.power_plans import PowerQuestion
from simulation.duty import is_stopping
from simulation.services import ring_for_workers

BELL = "analysis.estimate_power"
"""The Celery task that computes what was asked for."""
STORED_EVERY = 1.0
"""Seconds between what is stored: a worker that dies loses as much."""
MOST_PROCESSES = 8
"""Each takes some 150 MB."""
GRACE = 2.0
"""Seconds: a worker may hear that it is to stop only after the processes that it started, which were told so too, are gone."""
ENDED = "A process that simulated studies was ended from outside, perhaps for lack of memory: go on, or plan smaller studies."
State = PowerEstimate.State


def request_estimate(question: PowerQuestion) -> PowerEstimate:
    """The estimate for the question; asking again asks once, except for one that failed or was cancelled."""
    estimate, is_new = PowerEstimate.objects.get_or_create(
        fingerprint=_fingerprint(question), defaults={"question": asdict(question), "code": code_version()}
    )
    if is_new:
        transaction.on_commit(lambda: ring_for_workers(BELL))
    else:
        resume_estimate(estimate)
    return estimate


def resume_estimate(estimate: PowerEstimate) -> None:
    """Goes on with one that failed or was cancelled, from where it was."""
    if jobs.ask_again(estimate):
        transaction.on_commit(lambda: ring_for_workers(BELL))


def cancel_estimate(estimate: PowerEstimate) -> None:
    """Stops one that is under way, within seconds; what it has found stays."""
    jobs.cancel(estimate)


def question_of(estimate: PowerEstimate) -> PowerQuestion:
    """What was asked."""
    return PowerQuestion.read(estimate.question)


def found_by(estimate: PowerEstimate) -> list[Power]:
    """What each size has found so far; nothing before the first studies."""
    differences = question_of(estimate).differences
    return [_read_power(differences, stored) for stored in estimate.found]


def count_before(estimate: PowerEstimate) -> int:
    """How many estimates come before one that waits: those that were asked for earlier, and any that is being computed."""
    before = Q(state=State.RUNNING) | Q(state=State.QUEUED, pk__lt=estimate.pk)
    return PowerEstimate.objects.filter(before).exclude(pk=estimate.pk).count()


def work_off(stopping: Event = is_stopping) -> None:
    """Computes what was asked for, one after the other, until nothing is left or the process is to stop."""
    jobs.work_off(PowerEstimate, lambda estimate: _compute(estimate, stopping), stopping.is_set)


def _compute(estimate: PowerEstimate, stopping: Event) -> None:
    if estimate.code != code_version():
        _begin_anew(estimate)
    try:
        _simulate(estimate, stopping)
    except BrokenProcessPool:
        if not stopping.wait(GRACE):
            jobs.finish(estimate, State.FAILED, message=ENDED)
    if stopping.is_set() and estimate.state == State.RUNNING:
        jobs.give_back(estimate)


def _begin_anew(estimate: PowerEstimate) -> None:
    """What was found by other code stands beside nothing that is found by this."""
    jobs.keep(estimate, code=code_version(), fingerprint=_fingerprint(question_of(estimate)), found=[])


def _simulate(estimate: PowerEstimate, stopping: Event) -> None:
    """Until the estimate is done, or the process is to stop."""
    from analysis.statistics.power_simulation import simulate, study_pool

    with study_pool(_processes()) as pool:
        for found in _now_and_then(simulate(question_of(estimate), pool, found_by(estimate))):
            jobs.keep(estimate, found=[_write_power(power) for power in found])
            if stopping.is_set():
                return
    jobs.finish(estimate, State.DONE)


def _now_and_then(steps: Iterable[Sequence[Power]]) -> Iterator[Sequence[Power]]:
    """A step every second, and the last."""
    begun = monotonic()
    step: Sequence[Power] = ()
    for step in steps:
        if monotonic() - begun >= STORED_EVERY:
            begun = monotonic()
            yield step
    if step:
        yield step


def _processes() -> int:
    """All cores but one, which is left to the site and to models."""
    return max(1, min(MOST_PROCESSES, (os.cpu_count() or 1) - 1))


def _fingerprint(question: PowerQuestion) -> str:
    """A hash that changes with the question, and with the code that answers it."""
    asked = json.dumps([code_version(), asdict(question)], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _write_power(power: Power) -> dict[str, Any]:
    return asdict(power) | {"contrasts": list(power.contrasts.values())}


def _read_power(differences: Iterable[tuple[str, str]], stored: dict[str, Any]) -> Power:
    return Power(**stored | {"contrasts": dict(zip(differences, stored["contrasts"], strict=True))})
