"""The data that a judging page sends: an answer and the clocks, as JSON or, without scripts, as a form."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from evaluation.judging.clocks import Clocks, read_clocks
from evaluation.judging.refusals import BROKEN, Refused
from evaluation.kinds.base import PairKind, UnreadableAnswer

_KEY = re.compile(r"[A-Za-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent answer of the pair's kind. ``key`` is the same for every repetition of one submission."""

    answer: Any
    key: str = ""
    clocks: Clocks = field(default_factory=Clocks)


def is_json(request: HttpRequest) -> bool:
    """Return whether the page's script sent the request, not the browser's form."""
    return request.content_type == "application/json"


def read_sent(request: HttpRequest, kind: PairKind[Any, Any]) -> Sent:
    """Return the sent data with an answer about a pair of this kind. Raises Refused if it is invalid."""
    if not is_json(request):
        return Sent(_read_answer(request.POST, kind), _read_key(request.POST.get("key", "")))
    try:
        raw = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # includes too deep nesting
        raise Refused("broken", gettext(BROKEN)) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("answer"), dict):
        raise Refused("broken", gettext(BROKEN))
    return Sent(_read_answer(raw["answer"], kind), _read_key(raw.get("key", "")), read_clocks(raw.get("clocks")))


def _read_key(raw: Any) -> str:
    """Return the key. Refuse other characters than the page's, because some databases cannot store them."""
    if not isinstance(raw, str) or not _KEY.fullmatch(raw):
        raise Refused("broken", gettext(BROKEN))
    return raw


def _read_answer(raw: Mapping[str, Any], kind: PairKind[Any, Any]) -> Any:
    try:
        return kind.read_answer(raw)
    except UnreadableAnswer as error:
        raise Refused("broken", gettext(BROKEN)) from error
