"""The engine: one thread that owns a model and answers many requests together."""

import logging
from collections import deque
from dataclasses import replace
from threading import Condition, Thread

from dialogue.backends.base import BackendError
from dialogue.backends.llama_cpp.batching import Batcher
from dialogue.backends.llama_cpp.request import Outbox, Request
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.statistics import Statistics
from dialogue.backends.llama_cpp.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

_CLOSED = "The model was closed during a request. Ask again."
_FAILED = "The llama.cpp engine failed, and the log says why. Restart this process."


class Engine:
    """Answers requests from any thread. A llama.cpp context belongs to one thread, so all work happens on the engine's.

    If that thread fails or the engine is closed, every request ends with a BackendError, and so does every later
    one, so that nothing waits for ever.
    """

    def __init__(self, runtime: Runtime, vocabulary: Vocabulary, slots: int) -> None:
        self._outbox = Outbox()
        self._batcher = Batcher(runtime, vocabulary, slots, self._outbox.put)
        self._queue: deque[Request] = deque()
        self._changed = Condition()
        self._end = ""
        self._thread = Thread(target=self._run, name="llama.cpp engine", daemon=True)
        self._thread.start()

    @property
    def statistics(self) -> Statistics:
        """Return a snapshot, which may be inconsistent while a step is in progress."""
        return replace(self._batcher.statistics, waiting=len(self._queue))

    def submit(self, request: Request) -> None:
        """Queue a request. Raises BackendError if the engine has ended."""
        with self._changed:
            if self._end:
                raise BackendError(self._end)
            self._queue.append(request)
            self._changed.notify()

    def close(self) -> None:
        """End the requests, and the thread after its current step; the runtime may then be freed."""
        with self._changed:
            self._end = self._end or _CLOSED
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._has_work():
                self._work()
        except Exception:
            # The outermost frame of the thread: whatever the error, all waiting requests must learn of it.
            logger.exception("The llama.cpp engine failed")
            with self._changed:
                self._end = _FAILED
        finally:
            self._end_requests()

    def _has_work(self) -> bool:
        """Wait until there is something to do. Return False if the engine must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._end or self._queue or self._batcher.is_busy)
            return not self._end

    def _work(self) -> None:
        self._batcher.drop_cancelled()
        self._admit()
        if self._batcher.is_busy:
            self._batcher.speak()
            self._outbox.send()
            self._batcher.listen()
        self._outbox.send()

    def _admit(self) -> None:
        """Give slots to requests in order of arrival, as long as any are free."""
        while self._queue:
            if not self._queue[0].is_cancelled and not self._batcher.admit(self._queue[0]):
                return
            self._queue.popleft()

    def _end_requests(self) -> None:
        error = BackendError(self._end)
        self._batcher.fail(error)
        for request in self._queue:
            self._outbox.put(request, error)
        self._queue.clear()
        self._outbox.send()
