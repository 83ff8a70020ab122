"""Working off verdicts: many pairs at once before one model."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from asgiref.sync import sync_to_async

from dialogue.backends.base import ChatModel, ModelMisconfigured
from evaluation.judges import prompts, sittings
from evaluation.judges.asking import Outcome, Question, ask, judge_seed
from evaluation.judges.describing import find_judge, read_date
from evaluation.models import Sitting, Verdict
from evaluation.reading import PairGone, read_pair
from jobs.queues import Queue
from simulation.casting import OpenModel
from studies.language_models.workers import ModelWorker

WITHDRAWN = "The participant has withdrawn."


def _ignore() -> None:
    """Nobody watches."""


@dataclass
class Judge(ModelWorker[Verdict]):
    """Claims verdicts, asks their models, and stores each answer as it comes. ``on_verdict`` is told of every one."""

    models_file: Path
    open_model: OpenModel
    on_verdict: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[Verdict]:
        return sittings.VERDICTS

    async def _do(self, item: Verdict) -> None:
        outcome = await self._outcome(item)
        await sync_to_async(sittings.finish_verdict)(item, outcome, self.name, self.clock())
        self.on_verdict()

    async def _outcome(self, verdict: Verdict) -> Outcome:
        model = await self._load(partial(self._find, verdict.sitting))
        try:
            question = await sync_to_async(_question)(verdict)
        except PairGone:
            return Outcome(problem=WITHDRAWN)
        return await ask(model, question)

    def _find(self, sitting: Sitting) -> ChatModel:
        spec = find_judge(self.models_file, sitting.configuration)
        if spec is None:
            raise ModelMisconfigured(
                f"Model {sitting.model!r} is no longer what began to judge: restore it, or start model judging again."
            )
        return self.open_model(spec)


def _question(verdict: Verdict) -> Question:
    evaluation, pair = verdict.sitting.evaluation, verdict.pair
    return Question(
        instruction=evaluation.instruction,
        reading=read_pair(pair, verdict.is_natural_first),
        sampling=prompts.sampling(read_date(verdict.sitting.configuration)),
        seed=partial(judge_seed, evaluation.seed, pair.token, verdict.is_natural_first),
        tries=prompts.tries(),
        conversation=f"verdict-{verdict.pk}",
    )
