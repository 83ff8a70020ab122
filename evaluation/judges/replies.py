"""The answer in a model's output: any text may surround it, but the answer itself must be exact."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from evaluation.answers import Answer, Unanswerable, check_whole
from evaluation.models import Choice, Judgement
from evaluation.reading import Reading

_CHOICES = {"1st": Choice.FIRST, "2nd": Choice.SECOND, "not sure": Choice.NOT_SURE}
_EXPECTED = {
    "choice": 'The choice must be "1st", "2nd" or "not sure".',
    "confidence": 'The confidence must be "somewhat confident", "confident" or "very confident".',
    "utterance": "The utterance must be a number, 0 if no single utterance reveals it.",
}
NO_OBJECT = "It contains no JSON object with a choice."


def _plain(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _without_booleans(value: Any) -> Any:
    """Replace ``true`` and ``false``, which pydantic would accept as numbers, by None."""
    return None if isinstance(value, bool) else value


class _Reply(BaseModel):
    choice: Annotated[Literal["1st", "2nd", "not sure"], BeforeValidator(_plain)]
    confidence: Annotated[Literal["somewhat confident", "confident", "very confident"], BeforeValidator(_plain)]
    utterance: Annotated[int, Field(ge=0), BeforeValidator(_without_booleans)]


def read_reply(text: str, reading: Reading) -> Answer:
    """Return the last answer in ``text``, because models think aloud first.

    Raises Unanswerable, with sentences that can be sent to the model.
    """
    objects = [found for found in _objects(text) if "choice" in found]
    if not objects:
        raise Unanswerable(NO_OBJECT)
    answer = _answer(_validated(objects[-1]))
    check_whole(answer, reading)
    return answer


def _validated(found: dict[str, Any]) -> _Reply:
    try:
        return _Reply.model_validate(found)
    except ValidationError as error:
        wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors())
        raise Unanswerable(*(_EXPECTED[name] for name in wrong)) from error


def _answer(reply: _Reply) -> Answer:
    choice = _CHOICES[reply.choice]
    has_side = choice != Choice.NOT_SURE and reply.utterance != Judgement.NO_SINGLE_UTTERANCE
    return Answer(choice, reply.confidence, reply.utterance, choice if has_side else "")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in ``text``, in order, and skip prose, code fences and invalid JSON."""
    decoder, position = json.JSONDecoder(), text.find("{")
    while position >= 0:
        try:
            found, end = decoder.raw_decode(text, position)
            yield found
        except (ValueError, RecursionError):
            end = position + 1
        position = text.find("{", end)
