"""Store what a model answered to a row of a benchmark."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from characters.asking import as_fields, charge
from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.answer_scores import scores_of
from characters.benchmarks.casting import digest_of
from characters.benchmarks.languages import language_of
from characters.models import Answer, Character
from characters.profiles import language_of as language_of_character
from characters.profiles import pairs_of
from dialogue.backends.base import Reply
from jobs.workers import Hopeless
from rolellm.cleaning import faults, strip_name
from rolellm.pairs import Demonstrations, Retrieved
from studies.storable_text import storable

UNANSWERED = "unanswered"
"""The fault of an answer that the model could not give."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A model's reply, and the demonstrations that preceded the question, best first."""

    reply: Reply
    demonstrations: tuple[Retrieved, ...]


def demonstrations_of(item: Answer) -> Demonstrations:
    """Return the pairs of the item's character. Raises Hopeless if its profile has changed since the request."""
    character = item.character
    expected = item.answer_set.configuration["characters"][item.row.role]["profile"]
    if character is None or digest_of(character) != expected:
        raise Hopeless(
            f"The profile of {item.row.role} has changed since these answers were requested. Start a new answer set."
        )
    return Demonstrations(pairs_of(character), language_of_character(character))


@transaction.atomic
def finish_answer(item: Answer, answered: Answered, worker: str, now: datetime) -> None:
    """Store the reply, what counts of it, and its scores and cost; the last answer finishes the job. Raises LeaseLost."""
    reply, row = answered.reply, item.row
    text = strip_name(storable(reply.text), row.role)
    found = faults(storable(reply.text), row.role, is_machine=_is_machine(item.character))
    fields: dict[str, Any] = as_fields(reply) | {
        "text": text,
        "demonstrations": [asdict(each.pair) | {"score": each.score} for each in answered.demonstrations],
        "fault": found[0] if found else "",
        "scores": scores_of(text, row, language_of(item.answer_set.benchmark)),
    }
    ANSWERS.finish(item, worker, now, **fields)
    charge(item.answer_set, reply)


def finish_unanswered(item: Answer, why: str, worker: str, now: datetime) -> None:
    """Store that the provider refuses the question, or that it does not fit the context: it counts as an empty answer."""
    scores = scores_of("", item.row, language_of(item.answer_set.benchmark))
    ANSWERS.finish(item, worker, now, fault=UNANSWERED, error=why, scores=scores)


def _is_machine(character: Character | None) -> bool:
    return character is not None and character.is_machine
