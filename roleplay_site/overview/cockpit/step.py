"""A step of a study, and the strip of all six."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from studies.models import Study

Kind = Literal["later", "next", "running", "failed", "done"]
KIND_WORDS: dict[Kind, str] = {
    "later": "not started",
    "next": "next",
    "running": "in progress",
    "failed": "needs attention",
    "done": "done",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: a verb with its object, and the page that does it. The strip has one ``is_primary`` action."""

    label: str
    address: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its counts in words, the time left, and a sentence about what is missing or failing, if anything is."""

    key: str
    title: str
    address: str
    kind: Kind
    facts: Sequence[str]
    time_left: str = ""
    lacks: str = ""
    action: Action | None = None

    @property
    def words(self) -> str:
        return KIND_WORDS[self.kind]

    @property
    def colour(self) -> str:
        """Return the CSS class of its state."""
        return {"next": "paused", "later": ""}.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Strip:
    """The six steps of a study in order."""

    study: Study
    steps: Sequence[Step]

    @property
    def current(self) -> Step | None:
        """Return the step that needs a researcher most: a failing one, the next one, then one in progress."""
        kinds: tuple[Kind, ...] = ("failed", "next", "running")
        return next((step for kind in kinds for step in self.steps if step.kind == kind), None)


def make_strip(study: Study, steps: Sequence[Step]) -> Strip:
    """Return the strip, with the action of the step that comes first as the primary one."""
    current = Strip(study, steps).current
    return Strip(study, [_emphasised(step) if step is current else step for step in steps])


def _emphasised(step: Step) -> Step:
    return replace(step, action=replace(step.action, is_primary=True)) if step.action else step
