"""The data that a judging page sends: an answer and the clocks, as JSON or, without scripts, as a form."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from evaluation.answers import Answer
from evaluation.judging.clocks import Clocks, read_clocks
from evaluation.judging.refusals import BROKEN, Refused
from evaluation.models import Judgement

_KEY = re.compile(r"[A-Za-z0-9_-]{0,40}")
_LONGEST_NUMBER = 9
_WORDS = ("choice", "confidence", "utterance_side", "utterance_bubble")


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent answer. ``key`` is the same for every repetition of one submission."""

    answer: Answer
    key: str = ""
    clocks: Clocks = field(default_factory=Clocks)


def is_json(request: HttpRequest) -> bool:
    """Return whether the page's script sent the request, not the browser's form."""
    return request.content_type == "application/json"


def read_sent(request: HttpRequest) -> Sent:
    """Return the sent data. Raises Refused if it is invalid."""
    if not is_json(request):
        return Sent(_read_answer(request.POST.dict()), _read_key(request.POST.get("key", "")))
    try:
        raw = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # includes too deep nesting
        raise Refused("broken", gettext(BROKEN)) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("answer"), dict):
        raise Refused("broken", gettext(BROKEN))
    return Sent(_read_answer(raw["answer"]), _read_key(raw.get("key", "")), read_clocks(raw.get("clocks")))


def _read_key(raw: Any) -> str:
    """Return the key. Refuse other characters than the page's, because some databases cannot store them."""
    if not isinstance(raw, str) or not _KEY.fullmatch(raw):
        raise Refused("broken", gettext(BROKEN))
    return raw


def _read_answer(raw: Mapping[str, Any]) -> Answer:
    words = {name: raw.get(name) or "" for name in _WORDS}
    if not all(isinstance(word, str) for word in words.values()):
        raise Refused("broken", gettext(BROKEN))
    number = _read_number(raw.get("utterance_number"))
    if number in (None, Judgement.NO_SINGLE_UTTERANCE):
        words |= {"utterance_side": "", "utterance_bubble": ""}
    return Answer(utterance_number=number, **words)


def _read_number(raw: Any) -> int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.isdecimal() and len(raw) <= _LONGEST_NUMBER:
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise Refused("broken", gettext(BROKEN))
    return raw
