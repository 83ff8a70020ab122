"""The worker that lets models answer a benchmark's questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async

from characters.asking import AskingWorker
from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.answering import Answered, demonstrations_of, finish_answer, finish_unanswered
from characters.models import Answer, AnswerSet
from dialogue.backends.base import ContentRefused, ContextFull, Reply
from dialogue.seeds import sampler_seed
from jobs.queues import Queue
from rolellm import elicitation
from rolellm.elicitation import Elicitation, elicit
from rolellm.pairs import Demonstrations, Retrieved


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class AnswerWorker(AskingWorker[Answer]):
    """Claims answers, asks the set's model as the character, stores each and then calls ``on_answer``."""

    on_answer: Callable[[], object] = _ignore
    _profiles: dict[tuple[int, str], Demonstrations] = field(default_factory=dict, init=False)

    @property
    def queue(self) -> Queue[Answer]:
        return ANSWERS

    async def _do(self, item: Answer) -> None:
        pairs = await sync_to_async(self._retrieve)(item)
        try:
            answered = await self._answer(item, pairs)
        except (ContentRefused, ContextFull) as error:
            await sync_to_async(finish_unanswered)(item, self._explain(error), self.name, self.clock())
        else:
            await sync_to_async(finish_answer)(item, answered, self.name, self.clock())
        self.on_answer()

    async def _answer(self, item: Answer, pairs: Sequence[Retrieved]) -> Answered:
        """Return the reply. If the demonstrations do not fit the model's context, the least similar ones are left out."""
        while True:
            try:
                return Answered(await self._say(item, pairs), tuple(pairs))
            except ContextFull:
                if not pairs:
                    raise
                pairs = pairs[:-1]

    async def _say(self, item: Answer, pairs: Sequence[Retrieved]) -> Reply:
        job, role = item.answer_set, item.row.role
        way: Elicitation = job.configuration["elicitation"]
        demonstrations, user_name = [each.pair for each in pairs], job.configuration.get("user_name", "")
        messages = elicit(way, _character(job, role), item.row.question, demonstrations, user_name=user_name)
        seed = sampler_seed(job.configuration["seed"], role, item.row.question, "responder", 0, item.sample)
        return await self.ask(job, messages, seed, f"answer-{item.pk}")

    def _retrieve(self, item: Answer) -> list[Retrieved]:
        number: int = item.answer_set.configuration["pairs"]
        if not number:
            return []
        key = item.answer_set_id, item.row.role
        if key not in self._profiles:
            self._profiles[key] = demonstrations_of(item)
        return self._profiles[key].best(item.row.question, number)


def _character(job: AnswerSet, role: str) -> elicitation.Character:
    """Return the character as it was when the answers were requested."""
    told: dict[str, Any] = job.configuration["characters"][role]
    return elicitation.Character(told["name"], told["description"], told["language"])
