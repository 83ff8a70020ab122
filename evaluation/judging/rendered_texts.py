"""Rendered texts of pairs: the same filter for both sides, and a cache for all evaluators."""

from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.safestring import SafeString

from evaluation.judging.current_pair import next_presentation
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluator, Presentation
from evaluation.reading import PairGone, normalise
from studies.templatetags.markdown import markdown

_TEXTS = 2048
"""Size of the cache of rendered texts in each process: forty pairs of the longest dialogues. The longest pair takes 0.01 s to
render, or 0.05 s if its texts are not ordinary Markdown, and a natural dialogue appears again with each model."""


@lru_cache(maxsize=_TEXTS)
def render_text(text: str) -> SafeString:
    """Return the text as HTML from the allow-list of ``markdown``."""
    return markdown(text)


def forget_texts(**_signal: Any) -> None:
    """Clear the caches after a withdrawal. They do not record whose texts they hold, so all are cleared."""
    for cached in (normalise, render_text):
        transaction.on_commit(cached.cache_clear)


def render_ahead(evaluator: Evaluator, presentation: Presentation) -> None:
    """Render the next pair into the cache while the evaluator reads this one, so that its page responds quickly."""
    upcoming = next_presentation(evaluator, presentation)
    if upcoming is None:
        return
    kind = kind_of(evaluator.evaluation)
    try:
        reading = kind.read_pair(upcoming.pair, upcoming.is_natural_first)
    except PairGone:  # another pair has replaced it in the meantime
        return
    for text in kind.texts(reading):
        render_text(text)
