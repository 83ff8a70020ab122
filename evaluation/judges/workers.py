"""The worker that asks models about many pairs at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from asgiref.sync import sync_to_async

from dialogue.backends.base import ChatModel, ModelMisconfigured
from evaluation.judges import judge_runs, prompts
from evaluation.judges.conversation import Outcome, Question, ask, judge_seed
from evaluation.judges.identity import find_judge, read_date
from evaluation.models import JudgeRun, ModelJudgement
from evaluation.reading import PairGone, read_pair
from jobs.queues import Queue
from simulation.casting import OpenModel
from studies.language_models.model_workers import ModelWorker

WITHDRAWN = "The participant has withdrawn."


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class Judge(ModelWorker[ModelJudgement]):
    """A worker that claims judgements, asks their models and stores each answer immediately, then calls ``on_judgement``."""

    models_file: Path
    open_model: OpenModel
    on_judgement: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[ModelJudgement]:
        return judge_runs.MODEL_JUDGEMENTS

    async def _do(self, item: ModelJudgement) -> None:
        outcome = await self._outcome(item)
        await sync_to_async(judge_runs.finish_judgement)(item, outcome, self.name, self.clock())
        self.on_judgement()

    async def _outcome(self, judgement: ModelJudgement) -> Outcome:
        model = await self._load(partial(self._find, judgement.judge_run))
        try:
            question = await sync_to_async(_question)(judgement)
        except PairGone:
            return Outcome(problem=WITHDRAWN)
        try:
            return await ask(model, question)
        finally:
            model.forget(question.conversation)

    def _find(self, judge_run: JudgeRun) -> ChatModel:
        spec = find_judge(self.models_file, judge_run.configuration)
        if spec is None:
            raise ModelMisconfigured(
                f"Model {judge_run.model!r} has changed since this judge run began. Restore its settings in models.toml, or "
                "start model judging again."
            )
        return self.open_model(spec)


def _question(judgement: ModelJudgement) -> Question:
    evaluation, pair = judgement.judge_run.evaluation, judgement.pair
    return Question(
        instruction=evaluation.instruction,
        reading=read_pair(pair, judgement.is_natural_first),
        sampling=prompts.sampling(read_date(judgement.judge_run.configuration)),
        seed=partial(judge_seed, evaluation.seed, pair.token, judgement.is_natural_first),
        tries=prompts.tries(),
        conversation=f"judgement-{judgement.pk}",
    )
