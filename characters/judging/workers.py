"""The worker that lets models judge many pairs of answers at once."""

from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import sync_to_async

from characters.asking import AskingWorker
from characters.judging import rankings
from characters.judging.queue import RANKINGS
from characters.models import Ranking
from dialogue.backends.base import ContentRefused, ContextFull
from jobs.queues import Queue
from rolellm.judging.questions import Question
from rolellm.judging.verdicts import UnreadableVerdict


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class JudgingWorker(AskingWorker[Ranking]):
    """Claims rankings, asks their judges until an answer can be read or all tries are used, then calls ``on_ranking``."""

    on_ranking: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[Ranking]:
        return RANKINGS

    async def _do(self, item: Ranking) -> None:
        question = await sync_to_async(rankings.read_question)(item)
        while not await self._try(item, question):
            pass
        self.on_ranking()

    async def _try(self, item: Ranking, question: Question) -> bool:
        """Ask once and read the answer; return whether the ranking is finished, with or without a verdict."""
        if not rankings.is_unread(item) and (problem := await self._ask(item, question)):
            await sync_to_async(rankings.finish_without_verdict)(item, problem, self.name, self.clock())
            return True
        try:
            verdict = rankings.read_output(item)
        except UnreadableVerdict as unreadable:
            return await self._reject(item, unreadable)
        await sync_to_async(rankings.finish_ranking)(item, verdict, self.name, self.clock())
        return True

    async def _ask(self, item: Ranking, question: Question) -> str:
        """Ask the judge and store its output; return why it gave none, if that will not change."""
        messages = rankings.conversation(question, item.rejected)
        try:
            reply = await self.ask(item.judging, messages, rankings.seed_of(item), f"ranking-{item.pk}")
        except (ContextFull, ContentRefused) as error:
            return self._explain(error)
        await sync_to_async(rankings.store_output)(item, self.name, reply)
        return ""

    async def _reject(self, item: Ranking, unreadable: UnreadableVerdict) -> bool:
        if len(item.rejected) + 1 < rankings.TRIES:
            await sync_to_async(rankings.reject_output)(item, self.name, unreadable)
            return False
        await sync_to_async(rankings.finish_without_verdict)(item, str(unreadable), self.name, self.clock())
        return True
