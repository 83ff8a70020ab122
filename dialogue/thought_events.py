"""What arrives and what comes out while a model's output is split into thoughts and answer."""

from dataclasses import dataclass

from dialogue.thought_marks import Kind


@dataclass(frozen=True, slots=True)
class Opened:
    """A thought that began before the output. ``is_certain``: the prompt ends in it; otherwise it is only likely."""

    kind: Kind
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of a thought that arrived separately from the output, as some servers send it."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model is thinking. ``said`` is its answer so far: shorter than before if a part of it proved to be a thought."""

    said: str


@dataclass(frozen=True, slots=True)
class Split:
    """An output split into thoughts and answer. ``closed_alone`` is the kind of a thought whose beginning it does not
    contain."""

    answer: str
    thoughts: tuple[str, ...] = ()
    raw: str = ""
    closed_alone: Kind | None = None


Event = str | Thinking
