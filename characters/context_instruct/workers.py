"""The worker that asks the calls of Context-Instruct."""

from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import sync_to_async

from characters.asking import AskingWorker
from characters.context_instruct.calls import messages_of, seed_of, store_refusal, store_reply
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.models import InstructCall
from dialogue.backends.base import ContentRefused, ContextFull
from jobs.queues import Queue


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class InstructWorker(AskingWorker[InstructCall]):
    """Claims calls and asks each until its answer is in the format, or three times; then calls ``on_call``.

    What the provider refuses, or does not fit the model's context, is not asked again: it would end in the same way.
    """

    on_call: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[InstructCall]:
        return INSTRUCT_CALLS

    async def _do(self, item: InstructCall) -> None:
        messages = messages_of(item)
        while item.finished_at is None:
            try:
                reply = await self.ask(item.job, messages, seed_of(item), f"instruct-{item.pk}")
            except (ContextFull, ContentRefused) as error:
                await sync_to_async(store_refusal)(item, self._explain(error), self.name, self.clock())
            else:
                await sync_to_async(store_reply)(item, reply, self.name, self.clock())
        self.on_call()
