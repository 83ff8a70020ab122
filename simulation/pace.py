"""The recent speed of one worker on one run."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

RECENT = 300.0
"""Seconds over which a speed is measured, or longer if fewer than LEAST events fall into them."""
LEAST = 20
LEAST_SECONDS = 10.0
"""Working time after which a speed is meaningful."""


@dataclass
class Meter:
    """Counts events and returns how many happen in a second: recently, so that a change of speed shows within minutes.

    It keeps the times of recent events only. ``clock`` returns seconds.
    """

    clock: Callable[[], float] = perf_counter
    _times: deque[float] = field(default_factory=deque, init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def count(self) -> None:
        """Count an event that happens now."""
        self._times.append(self.clock())

    def per_second(self) -> float | None:
        """Return the recent speed; None until enough has been measured."""
        now = self.clock()
        while len(self._times) > LEAST and self._times[0] < now - RECENT:
            self._since = self._times.popleft()
        seconds = now - self._since
        return len(self._times) / seconds if self._times and seconds >= LEAST_SECONDS else None


@dataclass
class Pace:
    """Meters of the turns and of the ended dialogues that one worker contributes to a run."""

    turns: Meter = field(default_factory=Meter)
    dialogues: Meter = field(default_factory=Meter)
