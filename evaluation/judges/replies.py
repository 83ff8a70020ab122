"""Reading a model's answer: tolerant of what stands around it, strict about what it says."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from evaluation.answers import Answer, Unanswerable, check_whole
from evaluation.models import Choice, Judgement
from evaluation.reading import Reading

_CHOICES = {"1st": Choice.FIRST, "2nd": Choice.SECOND, "not sure": Choice.NOT_SURE}
_MEANT = {
    "choice": 'The choice must be "1st", "2nd" or "not sure".',
    "confidence": 'The confidence must be "somewhat confident", "confident" or "very confident".',
    "utterance": "The utterance must be a number, 0 if no single utterance reveals it.",
}
NO_OBJECT = "It holds no JSON object with a choice."


def _plain(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _no_truth(value: Any) -> Any:
    """``true`` is no number, though Python takes it for one."""
    return None if isinstance(value, bool) else value


class _Reply(BaseModel):
    choice: Annotated[Literal["1st", "2nd", "not sure"], BeforeValidator(_plain)]
    confidence: Annotated[Literal["somewhat confident", "confident", "very confident"], BeforeValidator(_plain)]
    utterance: Annotated[int, Field(ge=0), BeforeValidator(_no_truth)]


def read_reply(text: str, reading: Reading) -> Answer:
    """The answer that ``text`` gives about the pair; of several the last, as models think aloud first.

    Raises Unanswerable, in sentences that can be told the model.
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
        raise Unanswerable(*(_MEANT[name] for name in wrong)) from error


def _answer(reply: _Reply) -> Answer:
    choice = _CHOICES[reply.choice]
    has_side = choice != Choice.NOT_SURE and reply.utterance != Judgement.NO_SINGLE_UTTERANCE
    return Answer(choice, reply.confidence, reply.utterance, choice if has_side else "")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in ``text``, in order; prose, code fences and broken ones are passed over."""
    decoder, position = json.JSONDecoder(), text.find("{")
    while position >= 0:
        try:
            found, end = decoder.raw_decode(text, position)
            yield found
        except (ValueError, RecursionError):
            end = position + 1
        position = text.find("{", end)
