"""How many threads a step uses. Threads wait for each other many times in a step, so that fewer may be faster: always for small
steps on some machines, and for all steps while other programs use the cores."""

from collections import deque
from statistics import mean

_TRIAL = 4
"""Steps that are compared with as many before them."""
_SOON, _RARELY = 16, 256
"""Steps until the next trial. It doubles while trials change nothing."""
_WORTHWHILE, _HOPELESS = 0.95, 1.2
"""Times of a step, relative to those before the trial, below which it succeeds and above which it ends at once."""


class Pace:
    """Chooses threads by the time that steps take. Steps of different sizes are told apart, because they gain differently."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._choices: dict[tuple[int, int], _Choice] = {}

    def threads(self, rows: int) -> int:
        """Return the threads for a step that reads ``rows``, at most ``most``."""
        return self._choice(rows).threads

    def note(self, rows: int, seconds: float) -> None:
        """Note what that step took."""
        self._choice(rows).note(seconds / rows)

    def _choice(self, rows: int) -> "_Choice":
        key = self.most, rows.bit_length()
        if key not in self._choices:
            self._choices[key] = _Choice(_fewer(self.most))
        return self._choices[key]


class _Choice:
    """Uses one number of threads, and now and then tries another for a few steps."""

    def __init__(self, options: list[int]) -> None:
        self.threads, *self._others = options
        self._before: deque[float] = deque(maxlen=_TRIAL)
        self._during: list[float] = []
        self._usual: int | None = None
        self._interval = self._left = _SOON

    def note(self, seconds: float) -> None:
        if self._usual is not None:
            self._during.append(seconds)
            if len(self._during) == _TRIAL or self._ratio() > _HOPELESS:
                self._judge(self._usual)
        elif self._others:
            self._before.append(seconds)
            self._left -= 1
            if self._left <= 0:
                self._usual, self.threads = self.threads, self._others.pop(0)

    def _judge(self, usual: int) -> None:
        """Keep the threads that were tried if they were faster."""
        tried, is_faster = self.threads, self._ratio() < _WORTHWHILE
        self.threads = tried if is_faster else usual
        self._others.append(usual if is_faster else tried)
        self._interval = _SOON if is_faster else min(2 * self._interval, _RARELY)
        self._usual, self._left = None, self._interval
        self._before.clear()
        self._during.clear()

    def _ratio(self) -> float:
        """Return the time of a step during the trial, relative to those before."""
        return mean(self._during) / mean(self._before)


def _fewer(most: int) -> list[int]:
    """Return the numbers of threads to try: ``most``, without one for another program, then halves down to one."""
    halves = [most >> shift for shift in range(1, most.bit_length())]
    return sorted({most, max(most - 1, 1), *halves}, reverse=True)
