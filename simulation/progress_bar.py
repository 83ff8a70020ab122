"""What somebody at the terminal sees while dialogues are simulated."""

import sys
from collections.abc import Callable, Iterable
from time import perf_counter
from types import TracebackType
from typing import Self

from tqdm import tqdm

from dialogue.roleplay import Ended, Exchange
from simulation.reports import Throughput


class ProgressBar:
    """A bar on stderr over ``total`` dialogues, ``done`` of which were there before, with dialogues/h and tokens/s.

    Speeds are those of this process since it began: tokens are what the models of both sides put out, rejected outputs
    included; their speed is unknown as soon as a provider does not count them. ``clock`` counts seconds.
    """

    def __init__(self, total: int, done: int, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._ended = 0
        self._tokens: int | None = 0
        self._bar = tqdm(
            total=total, initial=done, file=sys.stderr, unit="dialogue", mininterval=0.5, dynamic_ncols=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()

    def step(self, step: Exchange | Ended) -> None:
        """Counts a turn or an ending."""
        is_end = isinstance(step, Ended)
        self._ended += is_end
        self._tokens = _total([self._tokens, *(output.reply.completion_tokens for output in step.outputs)])
        self._bar.set_postfix_str(_in_words(self.throughput), refresh=False)
        self._bar.update(is_end)

    @property
    def throughput(self) -> Throughput:
        """How fast it went so far; None before any time has passed."""
        seconds = self._clock() - self._start
        if seconds <= 0:
            return Throughput(None, None)
        return Throughput(self._ended * 3600 / seconds, None if self._tokens is None else self._tokens / seconds)


def _in_words(speed: Throughput) -> str:
    tokens = "–" if speed.tokens_per_second is None else f"{speed.tokens_per_second:.0f}"
    return f"{speed.dialogues_per_hour or 0:.0f} dialogues/h, {tokens} tokens/s"


def _total(counts: Iterable[int | None]) -> int | None:
    """The sum, None if a count is unknown."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
