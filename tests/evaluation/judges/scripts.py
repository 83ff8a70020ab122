"""Scripted model judges."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from dialogue.backends.base import BackendError, ChatModel
from dialogue.backends.scripted import ScriptedModel
from evaluation.judges import judge_runs
from evaluation.judges.workers import Judge
from evaluation.models import Evaluation, JudgeRun
from evaluation.reading import Reading, ReadTurn

MODELS_FILE = Path(__file__).parent.parent.parent / "data" / "judging_models.toml"
SECOND = '{"choice": "2nd", "confidence": "confident", "utterance": 1}'
READING = Reading(
    goal="You want to know what a bear is.",
    persona="an individual",
    first=(ReadTurn(1, "what is a bear", "A large animal."), ReadTurn(2, "and a bee", "A small one.")),
    second=(ReadTurn(1, "Could you tell me what a $first bear is?", "A large animal."),),
)


def request_judge_run(evaluation: Evaluation, model: str = "arbiter", models_file: Path = MODELS_FILE) -> JudgeRun:
    return judge_runs.request_judge_run(evaluation, model, models_file)


def make_judge(model: ChatModel | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> Judge:
    """A worker for which every name is this model, with a tick of a fiftieth of a second."""
    judging = model or ScriptedModel([SECOND])
    return Judge(models_file, lambda _spec: judging, **{"tick": 0.02} | fields)


def run_judge(judge_run: JudgeRun, judge: Judge | None = None) -> JudgeRun:
    """Start the judge run, let the worker judge what is missing, and return the judge run."""
    judge_runs.MODEL_JUDGEMENTS.start(judge_run)
    async_to_sync((judge or make_judge()).work_off)(judge_run.judgements.all())
    judge_run.refresh_from_db()
    return judge_run


def refusing(error: BackendError, *replies: str) -> Sequence[str | BackendError]:
    """Replies of a model that says ``replies`` and then always fails."""
    return [*replies, *[error] * 99, SECOND]
