"""Runs of model judges: requesting them, and storing their judgements."""

from dataclasses import asdict
from datetime import datetime
from itertools import product
from pathlib import Path

from django.conf import settings
from django.db import transaction

from dialogue.backends.base import ModelMisconfigured
from evaluation.judges.conversation import Outcome
from evaluation.judges.identity import describe_judge
from evaluation.models import Evaluation, JudgeRun, ModelJudgement, Pair
from jobs.queues import Queue
from simulation.requests import RequestError
from simulation.run_identity import identify
from studies.language_models.identities import find_well_described
from studies.models import refuse_archived
from studies.storable_text import storable

MODEL_JUDGEMENTS = Queue(
    table=ModelJudgement,
    job="judge_run",
    along=("judge_run__evaluation", "pair__evaluation", "pair__natural__goal", "pair__simulated"),
    task="evaluation.judge",
)


def request_judge_run(evaluation: Evaluation, model: str, models_file: Path | None = None) -> JudgeRun:
    """Return the model's judge run of the evaluation, with both orders of every pair. Add only what is missing.

    It is paused until it is queued or worked on. Raises RequestError, or Archived.
    """
    refuse_archived(evaluation.study_id)
    if evaluation.kind == Evaluation.Kind.ANSWERS:
        raise RequestError(
            "These are pairs of answers. Let models judge them on the benchmark's page “Judging by models”."
        )
    if evaluation.is_planned:
        raise RequestError("There is nothing to judge yet. Open the evaluation first.")
    try:
        if find_well_described(models_file or settings.MODELS_FILE, model).guard:
            raise ModelMisconfigured(f"Model {model!r} is a guard, which cannot judge pairs. Choose another model.")
        configuration = describe_judge(models_file or settings.MODELS_FILE, model)
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error
    with transaction.atomic():
        judge_run, _ = JudgeRun.objects.get_or_create(
            evaluation=evaluation,
            identity=identify(configuration),
            defaults={"model": model, "configuration": configuration},
        )
        _add_missing(MODEL_JUDGEMENTS.lock(judge_run))
    judge_run.refresh_from_db()
    return judge_run


def finish_judgement(judgement: ModelJudgement, outcome: Outcome, worker: str, now: datetime) -> None:
    """Store the model's outputs and answer; the last judgement finishes the judge run. Raises LeaseLost."""
    answer = asdict(outcome.answer) if outcome.answer else {}
    outputs, problem = [storable(text) for text in outcome.outputs], storable(outcome.problem)
    MODEL_JUDGEMENTS.finish(judgement, worker, now, outputs=outputs, problem=problem, **answer)


def _add_missing(locked: JudgeRun) -> None:
    """Add the missing judgements. Only the holder of the judge run's row adds any.

    Do not insert with "ignore conflicts": that would wait for a worker that stores a judgement, which itself waits for the
    judge run's row.
    """
    pairs = Pair.objects.filter(evaluation=locked.evaluation_id, role=Pair.Role.MAIN, withdrawn_at=None)
    existing = set(locked.judgements.values_list("pair", "is_natural_first"))
    missing = [each for each in product(pairs, (True, False)) if (each[0].pk, each[1]) not in existing]
    ModelJudgement.objects.bulk_create(
        ModelJudgement(judge_run=locked, pair=pair, is_natural_first=order) for pair, order in missing
    )
    if missing:
        JudgeRun.objects.filter(pk=locked.pk, state=JudgeRun.State.FINISHED).update(state=JudgeRun.State.PAUSED)
