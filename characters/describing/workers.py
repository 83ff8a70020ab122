"""The worker that lets models describe characters."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from asgiref.sync import sync_to_async

from characters.asking import AskingWorker
from characters.describing.descriptions import DESCRIPTIONS, TRIES, finish_step, note_unusable
from characters.models import DescriptionStep
from characters.profiles import language_of
from dialogue.backends.base import ContentRefused, ContextFull, Reply
from dialogue.messages import Message
from jobs.queues import Queue
from jobs.workers import Hopeless
from rolellm.describing import Question, Step, messages_for
from rolellm.descriptions import strip_opening


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class DescriptionWorker(AskingWorker[DescriptionStep]):
    """Asks the describing model one question at a time and stores its answer, then calls ``on_step``."""

    on_step: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[DescriptionStep]:
        return DESCRIPTIONS

    async def _do(self, item: DescriptionStep) -> None:
        job = item.description
        messages = messages_for(Question(cast(Step, item.step), item.question), language_of(job.character))
        for _ in range(TRIES):
            reply = await self._ask_once(item, messages)
            if strip_opening(reply.text):
                await sync_to_async(finish_step)(item, reply, self.name, self.clock())
                self.on_step()
                return
            await sync_to_async(note_unusable)(item, reply, "The answer is empty.", self.name)
        raise Hopeless(
            f"Model {job.model!r} gave an empty answer {TRIES} times. Choose another model, or examine this one on the page "
            "Models."
        )

    async def _ask_once(self, item: DescriptionStep, messages: list[Message]) -> Reply:
        try:
            return await self.ask(item.description, messages, _seed(item), f"description-{item.pk}")
        except (ContextFull, ContentRefused) as error:
            raise Hopeless(str(error)) from error


def _seed(item: DescriptionStep) -> int:
    """Return the sampler's seed: a hash, which is the same for the same question, and differs between jobs and tries."""
    job = item.description
    cell = "\x1f".join(
        [str(job.configuration["seed"]), job.character.name, item.step, item.question, str(len(item.rejected))]
    )
    return int.from_bytes(hashlib.sha256(cell.encode()).digest()[:4])
