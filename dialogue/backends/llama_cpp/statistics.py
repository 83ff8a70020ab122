"""Statistics of an engine."""

import time
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Statistics:
    """Totals since the model was loaded, and the number of requests that have a slot or wait for one.

    ``library_seconds`` of ``step_seconds`` were spent inside llama.cpp, and ``speaking_seconds`` on generating. Of the prompts'
    tokens, ``reused_tokens`` were already in the slot, ``copied_tokens`` came from another slot, and ``read_tokens`` had to be
    read. ``exchanges`` counts exchanges of two slots, which keep the busy ones together.
    """

    steps: int = 0
    step_seconds: float = 0.0
    speaking_seconds: float = 0.0
    library_seconds: float = 0.0
    read_tokens: int = 0
    reused_tokens: int = 0
    copied_tokens: int = 0
    generated_tokens: int = 0
    exchanges: int = 0
    busy: int = 0
    waiting: int = 0


class Stopwatch:
    """Measures the total time spent inside ``with`` blocks, and the ``last`` one."""

    def __init__(self) -> None:
        self.seconds = self.last = 0.0
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.last = time.perf_counter() - self._started
        self.seconds += self.last
