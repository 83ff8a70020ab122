"""Celery tasks for analyses of studies and runs, and for estimates of power."""

from analysis.humanness.reports import HUMANNESS
from analysis.humanness.reports import compute_report as compute_humanness
from analysis.power.estimates import ESTIMATES, compute_estimate
from analysis.study.reports import REPORTS, compute_report
from analysis.workers import ComputingWorker
from jobs.tasks import is_stopping, works_off


@works_off(REPORTS)
def analyse() -> ComputingWorker:
    """Return a worker that computes the requested analyses."""
    return ComputingWorker(computations=REPORTS, compute=compute_report, should_stop=is_stopping.is_set)


@works_off(HUMANNESS)
def measure_humanness() -> ComputingWorker:
    """Return a worker that measures the health and fidelity of runs."""
    return ComputingWorker(computations=HUMANNESS, compute=compute_humanness, should_stop=is_stopping.is_set)


@works_off(ESTIMATES)
def estimate_power() -> ComputingWorker:
    """Return a worker that computes the requested estimates of power."""
    return ComputingWorker(computations=ESTIMATES, compute=compute_estimate, should_stop=is_stopping.is_set)
