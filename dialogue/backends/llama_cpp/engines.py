"""All engine processes of a model, and the choice of the one that answers."""

from collections import OrderedDict
from dataclasses import fields
from threading import Lock

from dialogue.backends.llama_cpp.callers import Caller
from dialogue.backends.llama_cpp.process import EngineProcess
from dialogue.backends.llama_cpp.request import Forget
from dialogue.backends.llama_cpp.setup import Serve
from dialogue.backends.llama_cpp.statistics import Statistics

_CLOSED = "The model was closed during a request. Ask again."
_REMEMBERED = 8
"""Conversations that are remembered for each slot."""


class Engines:
    """Divides requests among processes. A conversation stays with the process that has its history.

    Processes that work at the same time share the threads, so that one alone uses all of them. Raises ModelMisconfigured if the
    library cannot load the model.
    """

    def __init__(self, setup: Serve) -> None:
        self._setup = setup
        self._processes = [EngineProcess(setup, self.balance) for _ in range(setup.configuration.processes)]
        self._homes: OrderedDict[str, EngineProcess] = OrderedDict()
        self._most = _REMEMBERED * setup.plan.slots * len(self._processes)
        self._lock = Lock()
        try:
            for process in self._processes:
                process.wait_until_ready()
        except BaseException:  # also Ctrl-C while a large model is loaded: no process may stay behind
            self.close()
            raise

    @property
    def statistics(self) -> Statistics:
        """Return the sum over all processes: totals at their latest answer, busy and waiting now."""
        slots = self._setup.plan.slots
        totals = [process.statistics for process in self._processes]
        sums = {field.name: sum(getattr(each, field.name) for each in totals) for field in fields(Statistics)}
        loads = [process.load for process in self._processes]
        busy = sum(min(load, slots) for load in loads)
        return Statistics(**sums | {"busy": busy, "waiting": sum(loads) - busy})

    @property
    def pids(self) -> list[int]:
        """Return the IDs of the processes that are running."""
        return [process.pid for process in self._processes if process.pid]

    def submit(self, caller: Caller) -> EngineProcess:
        """Ask for an answer, and return the process that gives it. Raises BackendError."""
        process = self._choose(caller.request.conversation)
        process.submit(caller)
        self.balance()
        return process

    def forget(self, conversation: str) -> None:
        """Free the slot of a conversation that has ended."""
        with self._lock:
            home = self._homes.pop(conversation, None)
        if home:
            home.tell(Forget(conversation))

    def balance(self) -> None:
        """Divide the threads among the processes that work now."""
        busy = [process for process in self._processes if process.load]
        for process in busy:
            process.use_threads(max(1, self._setup.configuration.threads // len(busy)))

    def close(self) -> None:
        """End all processes and their requests."""
        for process in self._processes:
            process.close(_CLOSED)

    def _choose(self, conversation: str) -> EngineProcess:
        with self._lock:
            home = self._homes.pop(conversation, None) or min(self._processes, key=lambda process: process.load)
            if conversation:
                self._homes[conversation] = home
                if len(self._homes) > self._most:
                    self._homes.popitem(last=False)
            return home
