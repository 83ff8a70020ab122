"""The progress bar of ``simulate`` in the terminal."""

import sys
from collections.abc import Callable, Iterable
from time import perf_counter
from types import TracebackType
from typing import Self

from tqdm import tqdm

from dialogue.roleplay import Ended, Exchange
from simulation.reports import Throughput, time_left, unsent_sentence


class ProgressBar:
    """A bar on stderr over ``total`` dialogues, ``done`` of which existed before, with dialogues/h and tokens/s.

    Speeds are those of this process; ``clock`` counts its working time in seconds. Tokens include all outputs of both
    models, also rejected ones. Their speed is unknown as soon as a provider does not count them.
    """

    def __init__(self, total: int, done: int, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._left = total - done
        self._ended = 0
        self._said: set[str] = set()
        self._tokens: int | None = 0
        self._bar = tqdm(
            total=total,
            initial=done,
            file=sys.stderr,
            mininterval=0.5,
            dynamic_ncols=True,
            bar_format="{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()

    def step(self, step: Exchange | Ended) -> None:
        """Count a turn or an ending, and report the settings that a server was not sent."""
        is_end = isinstance(step, Ended)
        for output in step.outputs:
            if output.reply.unsent:
                self._say_once(unsent_sentence(output.speaker, output.reply.unsent))
        self._ended += is_end
        self._tokens = _total([self._tokens, *(output.reply.completion_tokens for output in step.outputs)])
        self._bar.set_postfix_str(_in_words(self.throughput, self._left - self._ended), refresh=False)
        self._bar.update(is_end)

    def error(self, sentence: str) -> None:
        """Print above the bar why a dialogue failed, each reason once."""
        self._say_once(f"A dialogue failed and will be tried again. {sentence}")

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._bar.write(sentence, file=sys.stderr)

    @property
    def throughput(self) -> Throughput:
        """Return the average speed so far; its values are None before any time has passed."""
        seconds = self._clock() - self._start
        if seconds <= 0:
            return Throughput(None, None)
        return Throughput(self._ended * 3600 / seconds, None if self._tokens is None else self._tokens / seconds)


def _in_words(speed: Throughput, left: int) -> str:
    tokens = "–" if speed.tokens_per_second is None else f"{speed.tokens_per_second:.0f}"
    rate = speed.dialogues_per_hour or 0
    then = f", {time_left(left / rate)} left" if rate and left else ""
    return f"{rate:.0f} dialogues/h, {tokens} tokens/s{then}"


def _total(counts: Iterable[int | None]) -> int | None:
    """Return the sum, or None if a count is unknown."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
