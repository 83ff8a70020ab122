"""Continuous batching: requests share the steps of one model, and may join or leave between any two steps."""

from collections import Counter
from collections.abc import Callable

from dialogue.backends.base import BackendError
from dialogue.backends.llama_cpp.batch import Row
from dialogue.backends.llama_cpp.generation import Generation
from dialogue.backends.llama_cpp.pace import Pace
from dialogue.backends.llama_cpp.request import Delivery, Request
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.sampler import Sampler
from dialogue.backends.llama_cpp.schedule import company, idle_between, next_piece, whole_pieces
from dialogue.backends.llama_cpp.slots import Slot, SlotTable, common_length
from dialogue.backends.llama_cpp.statistics import Statistics, Stopwatch
from dialogue.backends.llama_cpp.vocabulary import Vocabulary

_WORTH_COPYING = 64
"""If another slot shares this many more tokens with the prompt, its beginning is copied instead of read again."""

_ANY = 0
"""A token that is read only to accompany others, then forgotten."""


class Batcher:
    """The requests that have a slot. Only the engine's thread may call it.

    Between two steps, each slot's ``tokens`` are exactly the content of its sequence in the model's cache.
    """

    def __init__(
        self,
        runtime: Runtime,
        vocabulary: Vocabulary,
        slots: int,
        pace: Pace,
        deliver: Callable[[Request, Delivery], None],
    ) -> None:
        self._runtime = runtime
        self._pace = pace
        self._vocabulary = vocabulary
        self._slots = SlotTable(slots)
        self._deliver = deliver
        self._inside, self._speaking, self._listening = Stopwatch(), Stopwatch(), Stopwatch()
        self._counts: Counter[str] = Counter()

    @property
    def is_busy(self) -> bool:
        return bool(self._slots.busy)

    @property
    def requests(self) -> list[Request]:
        """Return the requests that have a slot."""
        return [generation.request for _, generation in self._slots.busy]

    @property
    def statistics(self) -> Statistics:
        return Statistics(
            **self._counts,
            step_seconds=self._speaking.seconds + self._listening.seconds,
            speaking_seconds=self._speaking.seconds,
            library_seconds=self._inside.seconds,
        )

    def admit(self, request: Request) -> bool:
        """Give ``request`` a slot. Return False if all are busy."""
        slot = self._slots.choose(request.conversation, request.prompt)
        if slot is None:
            return False
        slot = self._moved_forward(slot)
        reused = self._keep_beginning(slot, request)
        sampler = Sampler(request.sampling, request.prompt, self._vocabulary, self._runtime.context)
        generation = Generation(request, reused, self._vocabulary, sampler)
        self._follow(generation, reused)
        self._slots.take(slot, request.conversation, generation)
        return True

    def drop_cancelled(self) -> None:
        for slot, generation in self._slots.busy:
            if generation.request.is_cancelled:
                self._release(slot, generation)

    def forget(self, conversation: str) -> None:
        """Let other conversations have the slot of one that has ended."""
        self._slots.forget(conversation)

    def speak(self) -> None:
        """Read the last token of each reply or prompt, and sample the next one."""
        with self._speaking:
            self._counts["steps"] += 1
            if speakers := [pair for pair in self._slots.busy if len(pair[1].pending) == 1]:
                self._read_last(speakers)

    def listen(self) -> None:
        """Read a piece of the shortest waiting prompt."""
        with self._listening:
            busy = {slot.sequence: (slot, each) for slot, each in self._slots.busy if not each.leader}
            pending = {sequence: len(generation.pending) for sequence, (_, generation) in busy.items()}
            if piece := next_piece(pending):
                sequence, count = piece
                self._read_piece(*busy[sequence], count)
            for slot, generation in self._slots.busy:
                if generation.leader:
                    self._catch_up(slot, generation, generation.leader)

    def _read_last(self, speakers: list[tuple[Slot, Generation]]) -> None:
        sequences = [slot.sequence for slot, _ in speakers]
        others = idle_between(sequences)
        if self._runtime.needs_company:
            others += company(sorted(sequences + others), self._runtime.sequences)
        rows = [Row(slot.sequence, len(slot.tokens), generation.pending[0], True) for slot, generation in speakers]
        # The last layer reads only the rows whose next token is sampled, and must not read one alone either.
        is_alone = self._runtime.needs_company and len(speakers) == 1
        rows += [Row(sequence, self._length(sequence), _ANY, is_alone) for sequence in others]
        rows.sort()
        if self._read(rows, speakers):
            places = {row.sequence: index for index, row in enumerate(rows)}
            for slot, generation in speakers:
                self._draw(slot, generation, places[slot.sequence])
        for sequence in others:
            self._forget_last(sequence)

    def _length(self, sequence: int) -> int:
        return len(self._slots[sequence].tokens) if sequence < len(self._slots) else 0

    def _forget_last(self, sequence: int) -> None:
        """Forget the token that a sequence has read for others."""
        if sequence < len(self._slots):
            self._cut(self._slots[sequence], self._length(sequence))
        else:
            self._runtime.cut(sequence, 0)

    def _draw(self, slot: Slot, generation: Generation, place: int) -> None:
        """Sample the token that follows the row at ``place``, and end the reply if it was the last."""
        self._book(slot, generation, 1)
        with self._inside:
            token = self._runtime.draw(generation.sampler, place)
        self._counts["generated_tokens"] += 1
        if piece := generation.take(token):
            self._deliver(generation.request, piece)
        if generation.reply:
            self._deliver(generation.request, generation.reply)
            self._release(slot, generation)

    def _read_piece(self, slot: Slot, generation: Generation, count: int) -> None:
        start = len(slot.tokens)
        tokens = generation.pending[:count] if count > 1 else [generation.pending[0], _ANY]
        rows = [Row(slot.sequence, start + index, token, False) for index, token in enumerate(tokens)]
        if slot.generation is generation and self._read(rows, [(slot, generation)]):
            self._book(slot, generation, count)
            self._cut(slot, start + count)

    def _book(self, slot: Slot, generation: Generation, count: int) -> None:
        """Note that the model has read the first ``count`` pending tokens."""
        slot.tokens += generation.pending[:count]
        del generation.pending[:count]
        self._counts["read_tokens"] += count if generation.is_silent else 0

    def _read(self, rows: list[Row], concerned: list[tuple[Slot, Generation]]) -> bool:
        """Let the model read the rows. If it fails, end the requests concerned and discard what it may have read of them."""
        self._runtime.use_threads(self._pace.threads(len(rows)))
        with self._inside:
            code = self._runtime.read(rows)
        if code == 0:
            self._pace.note(len(rows), self._inside.last)
            return True
        error = BackendError(f"llama.cpp could not read a batch (code {code}). Try again, or use fewer slots.")
        for slot, generation in concerned:
            self._cut(slot, 0)
            self._deliver(generation.request, error)
            self._release(slot, generation)
        return False

    def _moved_forward(self, slot: Slot) -> Slot:
        """Move ``slot`` closer to the busy ones by exchanging it with another. Return its new slot."""
        front = self._slots.misplaced(slot)
        if front is None or self._runtime.is_offloaded:  # to a device and back, this takes longer than it saves
            return slot
        is_done = self._runtime.exchange(slot.sequence, front.sequence)
        self._slots.exchange(slot, front)
        self._counts["exchanges"] += 1
        if not is_done:
            slot.tokens, front.tokens = [], []
        return front

    def _keep_beginning(self, slot: Slot, request: Request) -> int:
        """Keep in ``slot`` the beginning that it shares with the prompt, copied from another slot if that has far more of it.

        If results depend on how a prompt is divided, only whole pieces are kept from another conversation, so that it is
        divided as it would be without them. The last token is always read again, because the next one is sampled from its
        result. Return the number of tokens kept.
        """
        prompt, is_own = request.prompt, bool(request.conversation) and slot.owner == request.conversation
        shared = common_length(slot.tokens, prompt)
        kept = shared if is_own else self._usable(shared)
        nearest = self._slots.nearest(prompt)
        in_nearest = self._usable(common_length(nearest.tokens, prompt))
        is_copied = in_nearest - kept >= _WORTH_COPYING
        if is_copied:
            is_done = self._runtime.copy(nearest.sequence, slot.sequence)
            slot.tokens, kept = (list(nearest.tokens), in_nearest) if is_done else ([], 0)
        self._cut(slot, min(kept, len(prompt) - 1))
        self._counts["copied_tokens" if is_copied else "reused_tokens"] += len(slot.tokens)
        return len(slot.tokens)

    def _follow(self, generation: Generation, kept: int) -> None:
        """Let ``generation`` wait for another one that is reading the same beginning, if it is far longer than what it has."""
        prompt = generation.request.prompt
        readers = [each for _, each in self._slots.busy if each.is_silent]
        leader = max(readers, key=lambda each: common_length(each.request.prompt, prompt), default=None)
        if leader:
            common = min(common_length(leader.request.prompt, prompt), len(prompt) - 1, len(leader.request.prompt) - 1)
            if self._usable(common) - kept >= _WORTH_COPYING:
                generation.leader, generation.shared = leader, self._usable(common)

    def _catch_up(self, slot: Slot, generation: Generation, leader: Generation) -> None:
        """Copy the shared beginning once the leader has read it. If the leader is gone, read it here."""
        source = next((each for each, other in self._slots.busy if other is leader), None)
        if source and len(source.tokens) < generation.shared:
            return
        generation.leader = None
        if source:
            self._counts["copied_tokens"] += generation.shared - len(slot.tokens)
            is_done = self._runtime.copy(source.sequence, slot.sequence)
            slot.tokens = list(source.tokens) if is_done else []
            self._cut(slot, min(generation.shared, len(slot.tokens)))
            generation.pending = generation.request.prompt[len(slot.tokens) :]

    def _usable(self, tokens: int) -> int:
        """Return how many of the first ``tokens`` of another conversation may be kept."""
        return tokens if self._runtime.divides_freely else whole_pieces(tokens)

    def _cut(self, slot: Slot, length: int) -> None:
        """Forget all but the first ``length`` tokens, or everything if the model's cache cannot do that."""
        if not self._runtime.cut(slot.sequence, length):
            self._runtime.cut(slot.sequence, 0)
            length = 0
        del slot.tokens[length:]

    def _release(self, slot: Slot, generation: Generation) -> None:
        generation.sampler.close()
        slot.generation = None
