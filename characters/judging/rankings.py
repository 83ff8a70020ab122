"""One ranking: what the judge is asked, and what it said. An output is stored before it is read."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from characters.asking import as_fields, charge
from characters.benchmarks.languages import language_of
from characters.judging.queue import RANKINGS
from characters.models import Answer, Ranking
from dialogue import thoughts
from dialogue.backends.base import Reply
from dialogue.messages import Message
from jobs.workers import Hopeless
from rolellm.judging.questions import NAMES, Question, again, digest, opening
from rolellm.judging.verdicts import UnreadableVerdict, Verdict, read_verdict
from studies.storable_text import storable

TRIES = 4
"""A judge is asked once, and up to three times again."""


def read_question(ranking: Ranking) -> Question:
    """Return what the judge is asked. Raises Hopeless if that is no longer what was requested."""
    told, row = ranking.judging.configuration, ranking.row
    if told["prompt"] != digest():
        raise Hopeless("The judge's prompt has changed since this judging began. Start the judging again.")
    texts = dict(
        Answer.objects.filter(row=row, answer_set__in=[ranking.first, ranking.second], sample=0).values_list(
            "answer_set", "text"
        )
    )
    if len(texts) < len(NAMES):
        raise Hopeless(f"An answer to {str(row)!r} was deleted since this judging began. Start the judging again.")
    return Question(
        language_of(ranking.judging.benchmark),
        row.role,
        told["descriptions"][row.role],
        row.question,
        (texts[ranking.first_id], texts[ranking.second_id]),
        tuple(row.references) if row.part == "role_specific" else (),
    )


def conversation(question: Question, rejected: Iterable[dict[str, Any]]) -> list[Message]:
    """Return the messages for the next try: each unreadable answer is shown to the judge with what is wrong with it."""
    messages = opening(question)
    for one in rejected:
        said = _answer(one["raw"], one["stop_reason"]).strip()
        messages += [Message("assistant", said or "(nothing)"), again(one["reason"], question.language)]
    return messages


def seed_of(ranking: Ranking) -> int:
    """Return the sampler's seed (32 bits) for the next try, a hash of all that identifies it."""
    seed = ranking.judging.configuration["seed"]
    key = (seed, ranking.row.position, ranking.first.name, ranking.second.name, len(ranking.rejected))
    return int.from_bytes(sha256("\x1f".join(map(str, key)).encode()).digest()[:4])


@transaction.atomic
def store_output(ranking: Ranking, worker: str, reply: Reply) -> None:
    """Store what the judge said, and what it cost. Raises LeaseLost."""
    RANKINGS.store(ranking, worker, **as_fields(reply))
    charge(ranking.judging, reply)


def is_unread(ranking: Ranking) -> bool:
    """Return whether an output is stored that has not been read, because its worker was killed in between."""
    return bool(ranking.stop_reason)


def read_output(ranking: Ranking) -> Verdict:
    """Return the verdict in the stored output. Raises UnreadableVerdict."""
    return read_verdict(_answer(ranking.raw, ranking.stop_reason), NAMES)


def reject_output(ranking: Ranking, worker: str, reason: UnreadableVerdict) -> None:
    """Keep the stored output as an unreadable one, so that the next try can begin. Raises LeaseLost."""
    RANKINGS.store(ranking, worker, rejected=_rejected(ranking, str(reason)), raw="", stop_reason="")


def finish_ranking(ranking: Ranking, verdict: Verdict, worker: str, now: datetime) -> None:
    """Store the verdict; the last ranking finishes the judging. Raises LeaseLost."""
    reasons = [storable(reason) for reason in verdict.reasons]
    RANKINGS.finish(ranking, worker, now, preference=verdict.preference, reasons=reasons)


def finish_without_verdict(ranking: Ranking, problem: str, worker: str, now: datetime) -> None:
    """Store that no output could be read, and the ``problem`` of the last one. Raises LeaseLost."""
    RANKINGS.finish(ranking, worker, now, preference="none", rejected=_rejected(ranking, storable(problem)))


def _rejected(ranking: Ranking, reason: str) -> list[dict[str, Any]]:
    return [*ranking.rejected, {"raw": ranking.raw, "stop_reason": ranking.stop_reason, "reason": reason}]


def _answer(raw: str, stop_reason: str) -> str:
    return thoughts.split(raw, was_cut=stop_reason == "length").answer
