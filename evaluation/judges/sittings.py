"""Sittings: models that judge what people judge."""

from dataclasses import asdict
from datetime import datetime
from itertools import product
from pathlib import Path

from django.conf import settings
from django.db import transaction

from dialogue.backends.base import ModelMisconfigured
from evaluation.judges.asking import Outcome
from evaluation.judges.describing import describe_judge
from evaluation.models import Evaluation, Pair, Sitting, Verdict
from jobs.queues import Queue
from simulation.casting import identify
from simulation.requests import RequestError
from studies.language_models.identities import find_well_described
from studies.storable_text import storable

VERDICTS = Queue(
    table=Verdict,
    job="sitting",
    along=("sitting__evaluation", "pair__evaluation", "pair__natural__goal", "pair__simulated"),
    task="evaluation.judge",
)


def request_sitting(evaluation: Evaluation, model: str, models_file: Path | None = None) -> Sitting:
    """The model's sitting of the evaluation, with both orders of every pair; asking again adds only what is missing.

    It stands still until it is queued or worked on. Raises RequestError in a sentence.
    """
    if evaluation.is_planned:
        raise RequestError("There is nothing to judge yet: open the evaluation first.")
    try:
        find_well_described(models_file or settings.MODELS_FILE, model)
        configuration = describe_judge(models_file or settings.MODELS_FILE, model)
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error
    with transaction.atomic():
        sitting, _ = Sitting.objects.get_or_create(
            evaluation=evaluation,
            identity=identify(configuration),
            defaults={"model": model, "configuration": configuration},
        )
        _add_verdicts(VERDICTS.lock(sitting))
    sitting.refresh_from_db()
    return sitting


def finish_verdict(verdict: Verdict, outcome: Outcome, worker: str, now: datetime) -> None:
    """Store what the model said; the last verdict finishes the sitting. Raises LeaseLost."""
    answer = asdict(outcome.answer) if outcome.answer else {}
    outputs, problem = [storable(text) for text in outcome.outputs], storable(outcome.problem)
    VERDICTS.finish(verdict, worker, now, outputs=outputs, problem=problem, **answer)


def _add_verdicts(sitting: Sitting) -> None:
    """For a caller who holds the sitting's row: nobody else adds any. What is there is not offered to the database again, as
    that would wait for whoever is storing a verdict, and they wait for the sitting."""
    pairs = Pair.objects.filter(evaluation=sitting.evaluation_id, role=Pair.Role.MAIN, withdrawn_at=None)
    there = set(sitting.verdicts.values_list("pair", "is_natural_first"))
    missing = [each for each in product(pairs, (True, False)) if (each[0].pk, each[1]) not in there]
    Verdict.objects.bulk_create(Verdict(sitting=sitting, pair=pair, is_natural_first=order) for pair, order in missing)
    if missing:
        Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.FINISHED).update(state=Sitting.State.PAUSED)
