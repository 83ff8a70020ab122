"""Text of dialogues as pages show it: both sides by the same filter, and each text rendered once for all who read it."""

from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.safestring import SafeString

from evaluation.judging.next import following_showing
from evaluation.models import Evaluator, Showing
from evaluation.reading import PairGone, normalise, read_pair
from studies.templatetags.markdown import markdown

_TEXTS = 2048
"""Size of the cache of rendered texts in each process: forty pairs of the longest dialogues. The longest pair takes 0.01 s to
render, or 0.05 s if its texts are not ordinary Markdown, and a natural dialogue appears again with each model."""


@lru_cache(maxsize=_TEXTS)
def render_text(text: str) -> SafeString:
    """As HTML from the allow-list of ``markdown``."""
    return markdown(text)


def forget_texts(**_signal: Any) -> None:
    """Whoever withdraws leaves no text in this process's memory either: all goes, because nothing there says whose it is."""
    for kept in (normalise, render_text):
        transaction.on_commit(kept.cache_clear)


def render_ahead(evaluator: Evaluator, showing: Showing) -> None:
    """Makes the page after this one quick to answer: while somebody reads, nobody waits for it."""
    following = following_showing(evaluator, showing)
    if following is None:
        return
    try:
        reading = read_pair(following.pair, following.is_natural_first)
    except PairGone:  # by now another pair has its place
        return
    for turn in (*reading.first, *reading.second):
        render_text(turn.prompt)
        render_text(turn.answer)
