"""How long somebody looked at a pair, as their browser tells it: read with care, and never trusted for anything else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from typing import Any

from evaluation.models import Judgement

IDLE_AFTER = 30.0
"""Seconds without any input after which somebody who has the page before them counts as idle. A bubble of 400 tokens takes a
minute and a half to read, but not without scrolling, moving the mouse or touching the screen now and then."""
LONGEST = timedelta(days=365).total_seconds()
"""Seconds beyond which a clock is broken."""
LAG = 5.0
"""Seconds by which a browser's time since the page was shown may exceed the server's, which hears of it later."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds since the pair was shown, and how much of each side was seen, from 0 to 1; None where nothing is known.

    ``active``, ``hidden`` and ``idle`` share ``elapsed`` among them, whatever the browser says.
    """

    elapsed: float | None = None
    first_interaction: float | None = None
    decision: float | None = None
    active: float | None = None
    hidden: float | None = None
    idle: float | None = None
    scrolled_first: float | None = None
    scrolled_second: float | None = None

    def within(self, limit: float) -> "Clocks":
        """The same, with no more time in all than the ``limit``, in seconds."""
        return self if self.elapsed is None else _bounded(replace(self, elapsed=min(self.elapsed, max(limit, 0.0))))


def read_clocks(raw: Any) -> Clocks:
    """What the browser sent, as far as it can be so; anything else counts as unknown."""
    if not isinstance(raw, Mapping):
        return Clocks()
    seconds = ("elapsed", "first_interaction", "decision", "active", "hidden", "idle")
    values = {name: _number(raw.get(name), LONGEST) for name in seconds}
    shares = {name: _number(raw.get(name), 1.0) for name in ("scrolled_first", "scrolled_second")}
    return _bounded(Clocks(**values, **shares))


def tell_clocks(judgement: Judgement, elapsed: float) -> dict[str, float | None]:
    """What a page goes on with that did not hear of the time before, as after a reload on another device."""
    return {
        "elapsed": max(elapsed, 0.0),
        "first_interaction": judgement.first_interaction_seconds,
        "decision": judgement.decision_seconds,
        "active": judgement.active_seconds or 0.0,
        "idle": judgement.idle_seconds or 0.0,
        "scrolled_first": judgement.scrolled_first or 0.0,
        "scrolled_second": judgement.scrolled_second or 0.0,
    }


def note_clocks(judgement: Judgement, clocks: Clocks) -> None:
    """Keeps what is known on the judgement, unsaved. What was seen once stays seen."""
    told = {
        "first_interaction_seconds": clocks.first_interaction,
        "decision_seconds": clocks.decision,
        "active_seconds": clocks.active,
        "hidden_seconds": clocks.hidden,
        "idle_seconds": clocks.idle,
        "scrolled_first": _more(judgement.scrolled_first, clocks.scrolled_first),
        "scrolled_second": _more(judgement.scrolled_second, clocks.scrolled_second),
    }
    for field, value in told.items():
        if value is not None:
            setattr(judgement, field, value)


def _bounded(clocks: Clocks) -> Clocks:
    """No time is counted twice: what exceeds ``elapsed`` is taken from the hidden time first, then from the idle time."""
    if clocks.elapsed is None:
        return Clocks(scrolled_first=clocks.scrolled_first, scrolled_second=clocks.scrolled_second)
    active = _at_most(clocks.active, clocks.elapsed)
    idle = _at_most(clocks.idle, clocks.elapsed - (active or 0.0))
    return replace(
        clocks,
        first_interaction=_at_most(clocks.first_interaction, clocks.elapsed),
        decision=_at_most(clocks.decision, clocks.elapsed),
        active=active,
        idle=idle,
        hidden=_at_most(clocks.hidden, clocks.elapsed - (active or 0.0) - (idle or 0.0)),
    )


def _number(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        return None
    return float(min(value, most))


def _at_most(value: float | None, most: float) -> float | None:
    return None if value is None else min(value, max(most, 0.0))


def _more(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)
