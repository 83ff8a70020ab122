"""Continuous batching: requests share the steps of one model, and come and go between any two of them."""

from collections import Counter
from collections.abc import Callable, Iterable

from dialogue.backends.base import BackendError
from dialogue.backends.llama_cpp.generation import Generation
from dialogue.backends.llama_cpp.request import Delivery, Request
from dialogue.backends.llama_cpp.runtime import Row, Runtime
from dialogue.backends.llama_cpp.sampler import Sampler
from dialogue.backends.llama_cpp.schedule import idle_between, share_step
from dialogue.backends.llama_cpp.slots import Slot, SlotTable, common_length
from dialogue.backends.llama_cpp.statistics import Statistics, Stopwatch
from dialogue.backends.llama_cpp.vocabulary import Vocabulary

_WORTH_COPYING = 64
"""A beginning that is longer by this many tokens in another slot is copied from there rather than read again."""


class Batcher:
    """The requests that have a slot. Knows nothing of threads: its engine calls it from one.

    Between two steps, each slot's ``tokens`` are exactly what its sequence of the model's cache holds.
    """

    def __init__(
        self, runtime: Runtime, vocabulary: Vocabulary, slots: int, deliver: Callable[[Request, Delivery], None]
    ) -> None:
        self._runtime = runtime
        self._vocabulary = vocabulary
        self._slots = SlotTable(slots)
        self._deliver = deliver
        self._inside, self._stepping = Stopwatch(), Stopwatch()
        self._counts: Counter[str] = Counter()

    @property
    def is_busy(self) -> bool:
        return bool(self._slots.busy)

    @property
    def statistics(self) -> Statistics:
        return Statistics(
            **self._counts,
            step_seconds=self._stepping.seconds,
            library_seconds=self._inside.seconds,
            busy=len(self._slots.busy),
        )

    def admit(self, request: Request) -> bool:
        """Gives ``request`` a slot; False when all are busy."""
        slot = self._slots.choose(request.conversation, request.prompt)
        if slot is None:
            return False
        reused = self._keep_beginning(slot, request.prompt)
        sampler = Sampler(request.sampling, request.prompt, self._vocabulary.size, self._runtime.context)
        self._slots.take(slot, request.conversation, Generation(request, reused, self._vocabulary, sampler))
        return True

    def drop_cancelled(self) -> None:
        for slot, generation in self._slots.busy:
            if generation.request.is_cancelled:
                self._release(slot, generation)

    def fail(self, error: BackendError) -> None:
        """Ends every request that has a slot."""
        for slot, generation in self._slots.busy:
            self._deliver(generation.request, error)
            self._release(slot, generation)

    def step(self) -> None:
        """Lets the requests that have a slot go on: each reply by a token, the prompts by what fits into a step."""
        with self._stepping:
            busy = {slot.sequence: (slot, generation) for slot, generation in self._slots.busy}
            shares = share_step({sequence: len(generation.pending) for sequence, (_, generation) in busy.items()})
            parts = [(*busy[sequence], shares[sequence]) for sequence in sorted(shares)]
            self._read(parts, [self._slots[sequence] for sequence in idle_between(sorted(shares))])
        self._counts["steps"] += 1

    def _read(self, parts: list[tuple[Slot, Generation, int]], fillers: list[Slot]) -> None:
        rows = [row for slot, generation, share in parts for row in _rows(slot, generation, share)]
        # There is room for one: what a slot holds never includes the last token that was drawn.
        rows += [Row(0, len(slot.tokens), slot.sequence, is_last=False) for slot in fillers]
        rows.sort(key=lambda row: row.sequence)
        with self._inside:
            code = self._runtime.read(rows)
        for slot in fillers:
            self._cut(slot, len(slot.tokens))
        if code:
            self._give_up(((slot, generation) for slot, generation, _ in parts), code)
            return
        last = {row.sequence: index for index, row in enumerate(rows) if row.is_last}
        for slot, generation, share in parts:
            self._advance(slot, generation, share, last.get(slot.sequence))

    def _advance(self, slot: Slot, generation: Generation, share: int, last: int | None) -> None:
        """Books what was read. When that was all that was pending, the next token is drawn after the row ``last``."""
        slot.tokens += generation.pending[:share]
        del generation.pending[:share]
        self._counts["read_tokens"] += share if generation.is_silent else 0
        if last is None:
            return
        with self._inside:
            token = self._runtime.draw(generation.sampler, last)
        self._counts["generated_tokens"] += 1
        if piece := generation.take(token):
            self._deliver(generation.request, piece)
        if generation.reply:
            self._deliver(generation.request, generation.reply)
            self._release(slot, generation)

    def _give_up(self, failed: Iterable[tuple[Slot, Generation]], code: int) -> None:
        """Ends the requests of a batch that the library could not read, and forgets what it may have read of it."""
        error = BackendError(f"llama.cpp could not read a batch (code {code}): try again, or use fewer slots.")
        for slot, generation in failed:
            self._cut(slot, 0)
            self._deliver(generation.request, error)
            self._release(slot, generation)

    def _keep_beginning(self, slot: Slot, prompt: list[int]) -> int:
        """Leaves in ``slot`` what it shares with ``prompt``, copied from another slot where that has far more.

        The last token is read in any case, because what follows it is drawn from that. Returns the tokens kept.
        """
        nearest = self._slots.nearest(prompt)
        is_copied = common_length(nearest.tokens, prompt) - common_length(slot.tokens, prompt) >= _WORTH_COPYING
        if is_copied:
            self._runtime.copy(nearest.sequence, slot.sequence)
            slot.tokens = list(nearest.tokens)
        self._cut(slot, min(common_length(slot.tokens, prompt), len(prompt) - 1))
        self._counts["copied_tokens" if is_copied else "reused_tokens"] += len(slot.tokens)
        return len(slot.tokens)

    def _cut(self, slot: Slot, length: int) -> None:
        """Forgets all but the first ``length`` tokens, or everything where the model's cache cannot do that."""
        if not self._runtime.cut(slot.sequence, length):
            self._runtime.cut(slot.sequence, 0)
            length = 0
        del slot.tokens[length:]

    def _release(self, slot: Slot, generation: Generation) -> None:
        generation.sampler.close()
        slot.generation = None


def _rows(slot: Slot, generation: Generation, share: int) -> list[Row]:
    start, last = len(slot.tokens), len(generation.pending) - 1
    return [
        Row(token, start + index, slot.sequence, is_last=index == last)
        for index, token in enumerate(generation.pending[:share])
    ]
