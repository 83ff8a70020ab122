"""Celery tasks for examinations of models."""

from jobs.tasks import is_stopping, works_off
from studies.language_models.examinations import EXAMINATIONS, ExaminationWorker


@works_off(EXAMINATIONS)
def examine() -> ExaminationWorker:
    """Return a worker that examines models."""
    return ExaminationWorker(should_stop=is_stopping.is_set)
