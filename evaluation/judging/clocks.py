"""Times and scrolling measured by the evaluator's browser. They are checked for plausibility and used only as measures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from typing import Any

from evaluation.models import Judgement

IDLE_AFTER = 30.0
"""Seconds without input after which an evaluator on the visible page counts as idle. Reading a bubble of 400 tokens takes 90
seconds, but people scroll, move the mouse or touch the screen while they read."""
LONGEST = timedelta(days=365).total_seconds()
"""The largest plausible time, in seconds."""
LAG = 5.0
"""Seconds by which a browser's time may exceed the server's, which starts when the first message arrives."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds since the pair was shown, and the visible share of each side, from 0 to 1. Unknown values are None.

    The sum of ``active``, ``hidden`` and ``idle`` never exceeds ``elapsed``.
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
        """Return the same clocks with ``elapsed`` at most ``limit`` seconds."""
        return self if self.elapsed is None else _bounded(replace(self, elapsed=min(self.elapsed, max(limit, 0.0))))


def read_clocks(raw: Any) -> Clocks:
    """Return the browser's values; implausible ones count as unknown."""
    if not isinstance(raw, Mapping):
        return Clocks()
    seconds = ("elapsed", "first_interaction", "decision", "active", "hidden", "idle")
    values = {name: _number(raw.get(name), LONGEST) for name in seconds}
    shares = {name: _number(raw.get(name), 1.0) for name in ("scrolled_first", "scrolled_second")}
    return _bounded(Clocks(**values, **shares))


def clocks_of(judgement: Judgement, elapsed: float) -> dict[str, float | None]:
    """Return the stored times, with which a page continues after a reload or on another device."""
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
    """Set the known values on the judgement, without saving it. Shares of visible text never decrease."""
    values = {
        "first_interaction_seconds": clocks.first_interaction,
        "decision_seconds": clocks.decision,
        "active_seconds": clocks.active,
        "hidden_seconds": clocks.hidden,
        "idle_seconds": clocks.idle,
        "scrolled_first": _more(judgement.scrolled_first, clocks.scrolled_first),
        "scrolled_second": _more(judgement.scrolled_second, clocks.scrolled_second),
    }
    for field, value in values.items():
        if value is not None:
            setattr(judgement, field, value)


def _bounded(clocks: Clocks) -> Clocks:
    """Limit the sum of times to ``elapsed``: shorten the hidden time first, then the idle time."""
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
