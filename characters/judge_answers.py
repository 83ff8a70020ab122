"""A judge's answer to one question of a job: asked for until it can be read. An output is stored before it is read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction

from characters.asking import as_fields, charge
from characters.models import AskingItem, AskingJob
from dialogue import thoughts
from dialogue.backends.base import Reply
from dialogue.messages import Message
from jobs.queues import Queue
from studies.storable_text import storable

TRIES = 4
"""A judge is asked once, and up to three times again."""


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """What a judge is asked: the messages that open a conversation, and the one that names the problem of an answer and
    asks again."""

    opening: Sequence[Message]
    again: Callable[[str], Message]

    def after(self, rejected: Iterable[dict[str, Any]]) -> list[Message]:
        """Return the messages for the next try: each unreadable answer is shown to the judge with what is wrong with it."""
        messages = list(self.opening)
        for one in rejected:
            said = _answer(one["raw"], one["stop_reason"]).strip()
            messages += [Message("assistant", said or "(nothing)"), self.again(one["reason"])]
        return messages


@transaction.atomic
def store_output(queue: Queue[Any], item: AskingItem, worker: str, reply: Reply) -> None:
    """Store what the judge said, and what it cost. Raises LeaseLost."""
    queue.store(item, worker, **as_fields(reply))
    charge(cast(AskingJob, queue.job_of(item)), reply)


def is_unread(item: AskingItem) -> bool:
    """Return whether an output is stored that has not been read, because its worker was killed in between."""
    return bool(item.stop_reason)


def answer_in(item: AskingItem) -> str:
    """Return the stored output without thoughts."""
    return _answer(item.raw, item.stop_reason)


def reject_output(queue: Queue[Any], item: AskingItem, worker: str, reason: str) -> None:
    """Keep the stored output as an unreadable one, so that the next try can begin. Raises LeaseLost."""
    queue.store(item, worker, rejected=with_rejected(item, reason), raw="", stop_reason="")


def with_rejected(item: AskingItem, reason: str) -> list[dict[str, Any]]:
    """Return the item's unreadable outputs, the stored one included."""
    return [*item.rejected, {"raw": item.raw, "stop_reason": item.stop_reason, "reason": storable(reason)}]


def _answer(raw: str, stop_reason: str) -> str:
    return thoughts.split(raw, was_cut=stop_reason == "length").answer
