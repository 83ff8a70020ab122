"""An engine in a process of its own, as the process that uses it sees it."""

import logging
import signal
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread

from dialogue.backends.base import BackendError, ModelMisconfigured, Reply
from dialogue.backends.llama_cpp.callers import Caller, deliver
from dialogue.backends.llama_cpp.launch import Line, launch
from dialogue.backends.llama_cpp.request import Cancel, Deliveries, Delivery, Order, UseThreads
from dialogue.backends.llama_cpp.setup import Serve
from dialogue.backends.llama_cpp.statistics import Statistics
from dialogue.backends.llama_cpp_trial import build_again

logger = logging.getLogger(__name__)

MOST_CRASHES = 3
"""After this many crashes in a row, without a complete answer in between, an engine is not started again."""


class EngineProcess:
    """Passes requests to an engine, and its answers to their callers. Any thread may call the methods.

    If the process crashes, its requests end with a BackendError and it is started again. ``on_idle`` is called on this object's
    thread when no request is left.
    """

    def __init__(self, setup: Serve, on_idle: Callable[[], None]) -> None:
        self.statistics = Statistics()
        self._setup = setup
        self._on_idle = on_idle
        self._callers: dict[int, Caller] = {}
        self._threads = UseThreads(setup.configuration.threads_each)
        self._lock = Lock()
        self._end = ""
        self._line: Line | None = None
        self._first_start: Future[None] = Future()
        self._thread = Thread(target=self._run, name="llama.cpp engine", daemon=True)
        self._thread.start()

    @property
    def load(self) -> int:
        """Return the number of requests without a complete answer."""
        return len(self._callers)

    @property
    def pid(self) -> int | None:
        """Return the process's ID, None while it starts."""
        return self._line.process.pid if self._line else None

    def wait_until_ready(self) -> None:
        """Wait until the model is loaded. Raises ModelMisconfigured if it cannot be."""
        self._first_start.result()

    def submit(self, caller: Caller) -> None:
        """Ask for an answer. Raises BackendError if the engine has ended."""
        with self._lock:
            if self._end:
                raise BackendError(self._end)
            self._callers[caller.request.number] = caller
            self._tell(caller.request)

    def cancel(self, caller: Caller) -> None:
        """Stop answering, unless the answer is complete."""
        with self._lock:
            if self._callers.pop(caller.request.number, None):
                self._tell(Cancel(caller.request.number))

    def tell(self, order: Order) -> None:
        with self._lock:
            self._tell(order)

    def use_threads(self, count: int) -> None:
        """Allow that many threads for all further steps."""
        with self._lock:
            if self._threads.count != count:
                self._threads = UseThreads(count)
                self._tell(self._threads)

    def close(self, reason: str) -> None:
        """End the process, and its requests with an error that gives the ``reason``."""
        with self._lock:
            self._end = self._end or reason
            if self._line:
                self._line.hang_up()
        self._thread.join()

    def _tell(self, order: Order) -> None:
        if self._line:  # while there is none, a request waits for it, and the others concern what it does not have
            self._line.send(order)

    def _run(self) -> None:
        crashes = 0
        while not self._end:
            line = launch(self._setup)
            has_answered = self._use(line)
            self._line = None
            crash = explain(line.close(), self._setup.spec.name)
            crashes = 1 if has_answered else crashes + 1
            self._recover(crash, crashes)
        self._fail(self._end)

    def _recover(self, crash: str, crashes: int) -> None:
        """Fail what the crashed process had in hand, and decide whether it is started again."""
        with self._lock:
            if self._end:
                return
            logger.error("%s", crash)
            if not self._first_start.done():
                self._end = crash
                self._first_start.set_exception(ModelMisconfigured(crash))
            elif crashes == MOST_CRASHES:
                self._end = f"{crash} It has crashed {crashes} times in a row. Restart this process."
        self._fail(self._end or f"{crash} It is being started again: ask again.")

    def _use(self, line: Line) -> bool:
        """Serve callers until the process ends. Return whether it completed an answer."""
        has_answered = False
        try:
            self._begin(line, line.receive())
            while self._line:
                has_answered |= self._pass_on(line.receive())
        except EOFError:
            pass
        return has_answered

    def _begin(self, line: Line, refusal: ModelMisconfigured | None) -> None:
        """Let the process begin with what is already waiting."""
        with self._lock:
            if refusal:
                self._end = str(refusal)
            elif not self._end:
                self._line = line
                for order in (self._threads, *(caller.request for caller in self._callers.values())):
                    line.send(order)
        if not self._first_start.done():
            self._first_start.set_exception(refusal) if refusal else self._first_start.set_result(None)

    def _pass_on(self, deliveries: Deliveries) -> bool:
        """Pass on what a message contains. Return whether an answer is complete."""
        self.statistics = deliveries.statistics or self.statistics
        found = [
            (caller, delivery) for number, delivery in deliveries.found if (caller := self._caller(number, delivery))
        ]
        for caller in deliver(found):
            self.cancel(caller)
        if not self._callers:
            self._on_idle()
        return deliveries.statistics is not None

    def _caller(self, number: int, delivery: Delivery) -> Caller | None:
        """Return who waits for it; None if it has been cancelled."""
        with self._lock:
            is_last = isinstance(delivery, Reply | BackendError)
            return self._callers.pop(number, None) if is_last else self._callers.get(number)

    def _fail(self, error: str) -> None:
        with self._lock:
            callers, self._callers = list(self._callers.values()), {}
        deliver((caller, BackendError(error)) for caller in callers)


def explain(status: int, name: str) -> str:
    """Return a sentence about the end of a process that was not asked to end."""
    match -status:
        case signal.SIGILL:
            return f"Model {name!r} cannot run here: {build_again()}"
        case signal.SIGKILL:
            return f"The engine of model {name!r} was killed, perhaps because the memory of this machine is full."
        case _:
            return f"The engine of model {name!r} crashed (status {status}); the log says why."
