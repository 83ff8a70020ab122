"""What an engine is asked, and what it answers."""

from dataclasses import dataclass

from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.backends.llama_cpp.statistics import Statistics

Delivery = str | Reply | BackendError


@dataclass(eq=False, slots=True)
class Request:
    """A request for an answer. ``started`` is the time of the call, by the clock that all processes of a machine share.

    Setting ``is_cancelled`` makes the engine drop the request before its next step.
    """

    number: int
    prompt: list[int]
    sampling: Sampling
    conversation: str
    started: float
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for the answer to this request any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Forget:
    """The conversation has ended, so its slot is free for others."""

    conversation: str


@dataclass(frozen=True, slots=True)
class UseThreads:
    """How many threads the engine's steps may use from now on."""

    count: int


Order = Request | Cancel | Forget | UseThreads


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What steps have produced for each request, by number; ``statistics`` come with every complete reply."""

    found: list[tuple[int, Delivery]]
    statistics: Statistics | None
