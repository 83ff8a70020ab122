"""Celery tasks for work with characters."""

from django.conf import settings

from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.workers import AnswerWorker
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.workers import InstructWorker
from characters.describing.descriptions import DESCRIPTIONS
from characters.describing.workers import DescriptionWorker
from characters.judging.queue import RANKINGS
from characters.judging.workers import JudgingWorker
from characters.tuning.queue import TUNINGS
from characters.tuning.workers import TuningWorker
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.workers import TurnJudgingWorker
from jobs.tasks import is_stopping, works_off


@works_off(DESCRIPTIONS)
def describe() -> DescriptionWorker:
    """Return a worker that lets models describe characters."""
    return DescriptionWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)


@works_off(ANSWERS)
def answer() -> AnswerWorker:
    """Return a worker that lets models answer benchmarks."""
    return AnswerWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)


@works_off(RANKINGS)
def judge() -> JudgingWorker:
    """Return a worker that lets models rank answers."""
    return JudgingWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)


@works_off(TURN_SCORES)
def score_turns() -> TurnJudgingWorker:
    """Return a worker that lets models score turns of characters."""
    return TurnJudgingWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)


@works_off(INSTRUCT_CALLS)
def instruct() -> InstructWorker:
    """Return a worker that makes triplets of characters' profiles."""
    return InstructWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)


@works_off(TUNINGS)
def tune() -> TuningWorker:
    """Return a worker that tunes models."""
    return TuningWorker(models_file=settings.MODELS_FILE, should_stop=is_stopping.is_set)
