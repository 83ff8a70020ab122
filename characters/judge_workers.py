"""Workers that ask a judge until its answer can be read."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from asgiref.sync import sync_to_async

from characters import judge_answers
from characters.asking import AskingWorker, Question
from characters.judge_answers import JudgeQuestion
from characters.models import AskingJob
from dialogue.backends.base import ContentRefused, ContextFull
from rolellm.judging.verdicts import UnreadableVerdict

Verdict = TypeVar("Verdict")


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class JudgeWorker(AskingWorker[Question], Generic[Question, Verdict]):
    """Claims items and asks each item's judge until an answer can be read or all tries are used, then calls ``on_item``.

    Subclasses say what is asked, and store what was found. Their methods run on a thread that may use the database.
    """

    on_item: Callable[[], object] = _ignore

    @abstractmethod
    def _question(self, item: Question) -> JudgeQuestion:
        """Return what the judge is asked. Raises Hopeless if that is no longer what was requested."""

    @abstractmethod
    def _seed(self, item: Question) -> int:
        """Return the sampler's seed for the next try."""

    @abstractmethod
    def _read(self, answer: str) -> Verdict:
        """Return what the judge's answer says. Raises UnreadableVerdict."""

    @abstractmethod
    def _finish(self, item: Question, verdict: Verdict) -> None:
        """Store the verdict. Raises LeaseLost."""

    @abstractmethod
    def _finish_unread(self, item: Question, problem: str) -> None:
        """Store that no answer could be read, and the problem of the last one. Raises LeaseLost."""

    async def _do(self, item: Question) -> None:
        question = await sync_to_async(self._question)(item)
        while not await self._try(item, question):
            pass
        self.on_item()

    async def _try(self, item: Question, question: JudgeQuestion) -> bool:
        """Ask once and read the answer; return whether the item is finished, with or without a verdict."""
        if not judge_answers.is_unread(item) and (problem := await self._ask(item, question)):
            await sync_to_async(self._finish_unread)(item, problem)
            return True
        try:
            verdict = self._read(judge_answers.answer_in(item))
        except UnreadableVerdict as unreadable:
            return await self._reject(item, str(unreadable))
        await sync_to_async(self._finish)(item, verdict)
        return True

    async def _ask(self, item: Question, question: JudgeQuestion) -> str:
        """Ask the judge and store its output; return why it gave none, if that will not change."""
        job = cast(AskingJob, self.queue.job_of(item))
        try:
            reply = await self.ask(job, question.after(item.rejected), self._seed(item), f"{self.queue.task}-{item.pk}")
        except (ContextFull, ContentRefused) as error:
            return self._explain(error)
        await sync_to_async(judge_answers.store_output)(self.queue, item, self.name, reply)
        return ""

    async def _reject(self, item: Question, problem: str) -> bool:
        if len(item.rejected) + 1 < judge_answers.TRIES:
            await sync_to_async(judge_answers.reject_output)(self.queue, item, self.name, problem)
            return False
        await sync_to_async(self._finish_unread)(item, problem)
        return True
