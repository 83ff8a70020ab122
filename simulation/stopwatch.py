"""The time for which one process has worked."""

from collections.abc import Callable
from time import perf_counter

from simulation.leasing import LEASE


class Stopwatch:
    """Counts the seconds between looks while there is work; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._since: float | None = None
        self.seconds = 0.0

    def look(self, *, is_working: bool) -> None:
        """Note whether there is work from now on. A process that was stopped between two looks did not work then."""
        now = self._clock()
        if self._since is not None and now - self._since <= LEASE.total_seconds():
            self.seconds += now - self._since
        self._since = now if is_working else None
