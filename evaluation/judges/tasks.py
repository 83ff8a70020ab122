"""Celery's door to judgements by models."""

from django.conf import settings

from dialogue.backends import registry
from evaluation.judges.sittings import VERDICTS
from evaluation.judges.workers import Judge
from jobs.tasks import is_stopping, works_off


@works_off(VERDICTS)
def judge() -> Judge:
    """Ask models about the pairs of queued sittings."""
    return Judge(settings.MODELS_FILE, registry.open_model, should_stop=is_stopping.is_set)
