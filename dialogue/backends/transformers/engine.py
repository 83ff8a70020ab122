"""One thread per model, which owns the device's state and advances all answers together.

Each step admits the waiting requests (reading their prompts as one batch, without the cached parts of their
conversations), then gives every answer one more token. A finished or cancelled answer leaves before the next step.

If memory runs out, the answers in progress continue from the tokens that they have, at most half as many at once. The number
does not grow again until the model is next loaded, because each attempt to find the limit would read all histories again.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

import torch

from dialogue.backends.base import BackendError, StopReason
from dialogue.backends.transformers.batch import Batch, History
from dialogue.backends.transformers.sampling import Dice, draw

logger = logging.getLogger(__name__)

Event = int | StopReason | BackendError
"""What the owner of an answer receives: its tokens, then why it stopped or which error occurred."""


@dataclass(slots=True, eq=False)
class Answer:
    """One answer in progress. ``ids`` are the tokens of prompt and answer; ``tell`` may be called on any thread. ``end`` is the
    token that ends the whole conversation."""

    ids: list[int]
    dice: Dice
    max_tokens: int
    conversation: str
    tell: Callable[[Event], None]
    end: int | None = None
    is_cancelled: bool = False
    is_done: bool = False
    said: int = 0

    def finish(self, event: StopReason | BackendError) -> None:
        self.is_done = True
        self.tell(event)


class Engine:
    """Runs ``model``; ``ends`` are the tokens that end an answer, ``slots`` is the number of histories that fit in memory."""

    def __init__(self, model: Any, *, name: str, ends: frozenset[int], slots: int) -> None:
        self.slots = slots
        self._model = model
        self._name = name
        self._ends = ends
        self._tried_alone: Answer | None = None
        self._arrivals: SimpleQueue[Answer | None] = SimpleQueue()
        self._waiting: list[Answer] = []
        self._answers: list[Answer] = []
        self._batch = Batch(model)
        self._memories: OrderedDict[str, History] = OrderedDict()
        self._is_closed = False
        self._lock = Lock()
        self._thread = Thread(target=self._run, name=f"transformers-{name}", daemon=True)
        self._thread.start()

    def submit(self, answer: Answer) -> None:
        """Queue ``answer``. Raises BackendError once the engine is closed."""
        with self._lock:
            if self._is_closed:
                raise self._closed()
            self._arrivals.put(answer)

    def close(self) -> None:
        """End every answer with a BackendError, wait for the current step, and free the model."""
        with self._lock:
            self._is_closed = True
            self._arrivals.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            with torch.inference_mode():
                while not self._is_closed:
                    self._wait()
                    self._work()
        finally:
            self._shut_down()

    def _wait(self) -> None:
        """Collect new requests; if there is nothing to do, sleep until one arrives."""
        if not self._answers and not self._waiting:
            self._collect(self._arrivals.get())
        for arrival in self._arrived():
            self._collect(arrival)

    def _arrived(self) -> Iterator[Answer | None]:
        while True:
            try:
                yield self._arrivals.get_nowait()
            except Empty:
                return

    def _collect(self, arrival: Answer | None) -> None:
        if arrival:
            self._waiting.append(arrival)

    def _work(self) -> None:
        has_room = True
        try:
            self._let_go()
            self._admit()
            self._advance()
        except torch.OutOfMemoryError:
            has_room = False  # the error holds the step's tensors, so memory is freed after this block
        except RuntimeError as error:  # torch raises this for a broken device and for all its other failures
            self._fail(BackendError(f"Model {self._name!r} failed ({_first_line(error)}). Try again later."))
        if not has_room:
            self._make_room()

    def _make_room(self) -> None:
        """Free all histories and let the answers in progress go on, at most half as many at once; fail one that is alone."""
        held = len(self._answers) + len(self._memories)
        answers = [answer for answer in self._answers if not answer.is_done]
        if answers == [self._tried_alone]:
            self._fail(self._too_large(answers[0]))
            return
        self._tried_alone = answers[0] if len(answers) == 1 else None
        self.slots = max(1, held // 2)
        self._waiting = answers + self._waiting
        self._forget_all()
        torch.cuda.empty_cache()
        logger.warning(
            "Model %r ran out of memory. It answers at most %d requests at once until the model is loaded again.",
            self._name,
            self.slots,
        )

    def _too_large(self, answer: Answer) -> BackendError:
        return BackendError(
            f"Model {self._name!r} ran out of memory with a single request of {len(answer.ids)} tokens. Lower its `context`, "
            "or use a smaller model or a device with more memory."
        )

    def _admit(self) -> None:
        """Read the prompts of as many waiting answers as there are free slots, and give each its first token."""
        self._waiting = [answer for answer in self._waiting if not answer.is_cancelled]
        free = self.slots - len(self._answers)
        news, self._waiting = self._waiting[:free], self._waiting[free:]
        if not news:
            return
        first = len(self._answers)
        self._answers += news
        pasts = [self._memories.pop(answer.conversation, None) for answer in news]
        self._forget_beyond_slots()
        batch = Batch(self._model)
        logits = batch.read([answer.ids for answer in news], pasts)
        self._batch.join(batch)
        self._say(self._answers[first:], logits)
        self._let_go()

    def _advance(self) -> None:
        if self._answers:
            self._say(self._answers, self._batch.advance([answer.ids[-1] for answer in self._answers]))
            self._let_go()

    def _say(self, answers: Sequence[Answer], logits: Any) -> None:
        """Sample and deliver each answer's next token, and report the end of answers that it completes."""
        tokens = draw(logits, [answer.dice for answer in answers], [answer.ids for answer in answers])
        for answer, token in zip(answers, tokens, strict=True):
            if token == answer.end or token in self._ends:
                answer.finish("ended" if token == answer.end else "stop")
                continue
            answer.ids.append(token)
            answer.said += 1
            answer.tell(token)
            if answer.said == answer.max_tokens:
                answer.finish("length")

    def _let_go(self) -> None:
        """Remove finished and cancelled answers from the batch, and keep their histories."""
        if self._tried_alone and (self._tried_alone.is_done or self._tried_alone.is_cancelled):
            self._tried_alone = None
        stay = [row for row, answer in enumerate(self._answers) if not (answer.is_done or answer.is_cancelled)]
        if len(stay) == len(self._answers):
            return
        for row in range(len(self._answers)):
            if row not in stay:
                self._remember(row)
        self._batch.keep(stay)
        self._answers = [self._answers[row] for row in stay]
        self._forget_beyond_slots()

    def _remember(self, row: int) -> None:
        answer = self._answers[row]
        if answer.conversation:
            self._memories[answer.conversation] = self._batch.history(row, answer.ids)

    def _forget_beyond_slots(self) -> None:
        """Drop the least recently used histories, so that memory never holds more than ``slots`` of them."""
        while self._memories and len(self._memories) + len(self._answers) > self.slots:
            self._memories.popitem(last=False)

    def _fail(self, error: BackendError) -> None:
        """End the answers in the batch with ``error`` and start with an empty one: after a failure its tensors are invalid."""
        failed = [answer for answer in self._answers if not answer.is_done]
        self._tried_alone = None
        self._forget_all()
        for answer in failed:
            answer.finish(error)

    def _forget_all(self) -> None:
        self._answers = []
        self._batch = Batch(self._model)
        self._memories.clear()

    def _shut_down(self) -> None:
        """End all waiting answers, even if the thread ends because of a bug in this program."""
        with self._lock:
            self._is_closed = True
        for arrival in self._arrived():
            self._collect(arrival)
        self._answers += self._waiting
        self._fail(self._closed())
        del self._model, self._batch
        torch.cuda.empty_cache()

    def _closed(self) -> BackendError:
        return BackendError(f"Model {self._name!r} has been closed. Open it again.")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")[:200]
