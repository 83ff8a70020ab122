"""What an engine has done so far, in numbers."""

import time
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Statistics:
    """Totals since the model was loaded, and how many requests have a slot or wait for one.

    ``library_seconds`` of ``step_seconds`` were spent inside llama.cpp. Of the prompts' tokens, ``reused_tokens`` were
    in the slot already, ``copied_tokens`` in another one, and the ``read_tokens`` had to be read.
    ``exchanges`` is how often two slots changed places, to keep the busy ones together.
    """

    steps: int = 0
    step_seconds: float = 0.0
    library_seconds: float = 0.0
    read_tokens: int = 0
    reused_tokens: int = 0
    copied_tokens: int = 0
    generated_tokens: int = 0
    exchanges: int = 0
    busy: int = 0
    waiting: int = 0


class Stopwatch:
    """Adds up the time spent inside ``with`` blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += time.perf_counter() - self._started
