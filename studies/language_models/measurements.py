"""Measurements of models' speed on this machine in the background, so that no page waits for one."""

from concurrent.futures import Future
from threading import Lock, Thread

from dialogue.backends import registry
from dialogue.model_config import ModelSpec


class Measurements:
    """Those that this process has begun, one for each engine."""

    def __init__(self) -> None:
        self._begun: dict[str, Future[None]] = {}
        self._lock = Lock()

    def is_under_way(self, spec: ModelSpec) -> bool:
        """Return whether the model is being measured; begin if it must be before it can be opened.

        Raises ModelMisconfigured if that failed; the next call begins again.
        """
        with self._lock:
            begun = self._begun.get(spec.engine)
            if begun is None and registry.needs_measuring(spec):
                begun = self._begun[spec.engine] = _begin(spec)
            if begun is None or not begun.done():
                return begun is not None
            if begun.exception():
                del self._begun[spec.engine]
        begun.result()
        return False  # and never again: a note that cannot be used would be measured for ever


def _begin(spec: ModelSpec) -> Future[None]:
    measured: Future[None] = Future()
    # A thread of an executor would hold up the end of the process.
    Thread(target=_measure, args=(spec, measured), name=f"measure {spec.name}", daemon=True).start()
    return measured


def _measure(spec: ModelSpec, measured: Future[None]) -> None:
    try:
        registry.measure(spec)
    except Exception as error:  # raised when someone asks next
        measured.set_exception(error)
    else:
        measured.set_result(None)
