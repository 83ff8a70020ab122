"""The Celery task that runs model judges."""

from django.conf import settings

from dialogue.backends import registry
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS
from evaluation.judges.workers import Judge
from jobs.tasks import is_stopping, works_off


@works_off(MODEL_JUDGEMENTS)
def judge() -> Judge:
    """Return the worker for the pairs of queued judge runs."""
    return Judge(settings.MODELS_FILE, registry.open_model, should_stop=is_stopping.is_set)
