"""Celery tasks for work with characters."""

from django.conf import settings

from characters.describing.descriptions import DESCRIPTIONS
from characters.describing.workers import DescriptionWorker
from jobs.tasks import is_stopping, works_off


@works_off(DESCRIPTIONS)
def describe() -> DescriptionWorker:
    """Return a worker that lets models describe characters."""
    return DescriptionWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)
