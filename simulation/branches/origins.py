"""How a dialogue was played, so that a branch without changes repeats it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.seeds import SpeakerName
from simulation.models import Branch, FailedDialogue, Simulation
from simulation.roles import DEFAULT, ELICITATION, RESPONDER, kept_roles, recorded_roles
from studies.models import Dialogue, Turn

DEFAULT_TURNS, DEFAULT_SEED = 12, 73
"""As in a run."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The settings of a dialogue, as in a run's ``configuration``, and the ``retry`` of its seeds.

    The configuration lacks a speaker that no model of this site played: a person, or a model elsewhere.
    """

    configuration: Mapping[str, Any]
    seed: int
    retry: int = 0
    is_imported: bool = False

    @property
    def max_turns(self) -> int:
        found: int = self.configuration["max_turns"]
        return found

    @property
    def features(self) -> str:
        """Return the features that persona sentences may use."""
        found: str = self.configuration["features"]
        return found

    @property
    def roles(self) -> dict[str, str]:
        """Return what the configuration says about characters, which a branch keeps."""
        return kept_roles(self.configuration)

    def described(self, speaker: SpeakerName) -> dict[str, Any] | None:
        """Return the model that played this speaker; None if a branch must name another one."""
        found: dict[str, Any] | None = self.configuration.get(speaker)
        return found

    def prompt_text(self, reference: str) -> str:
        """Return the text of a stored prompt set with which the dialogue was played; empty for a built-in one."""
        found: str = self.configuration.get("prompt_sets", {}).get(reference, "")
        return found


def read_origin(dialogue: Dialogue) -> Origin:
    """Return how the dialogue was played."""
    seed = DEFAULT_SEED if dialogue.seed is None else dialogue.seed
    if dialogue.imported_from:
        return Origin(_without_run(dialogue), seed, is_imported=True)
    if dialogue.kind == Dialogue.Kind.NATURAL:
        return Origin(_without_run(dialogue, responder=dialogue.responder), seed)
    branch = Branch.objects.filter(dialogue=dialogue).first()
    if branch:
        return Origin(branch.configuration, seed, branch.retry)
    cell, retry = _cell_of(dialogue)
    return Origin(cell.run.configuration, seed, retry)


def count_turns(dialogue: Dialogue) -> int:
    """Return the number of the last turn, answered or not."""
    last = dialogue.turns.order_by("position").last()
    return last.position + 1 if last else 0


def answered_turns(dialogue: Dialogue) -> list[Turn]:
    """Return the turns that have an answer, in order: the chatbot never reads a failed turn of a person again."""
    return list(dialogue.turns.exclude(state__in=(Turn.State.PENDING, Turn.State.FAILED)).order_by("position"))


def _without_run(dialogue: Dialogue, **speakers: Any) -> dict[str, Any]:
    """Return the settings of a dialogue without a run. A person's may be longer than the usual limit."""
    recorded = recorded_roles(dialogue)
    answering = dialogue.study.character_sheets.filter(name=recorded.get("responder", {}).get("name")).first()
    roles = {RESPONDER: answering.name} if answering else {}
    if dialogue.persona.is_character:
        roles[ELICITATION] = recorded.get("inquirer", {}).get("elicitation", DEFAULT)
    return {"features": "all", "max_turns": max(DEFAULT_TURNS, dialogue.turns.count())} | roles | speakers


def _cell_of(dialogue: Dialogue) -> tuple[Simulation, int]:
    """Return the cell of a simulated dialogue, and the number of failed dialogues before this one."""
    failed = FailedDialogue.objects.select_related("cell__run").filter(dialogue=dialogue).first()
    if failed:
        return failed.cell, failed.cell.failed_dialogues.filter(pk__lt=failed.pk).count()
    cell = Simulation.objects.select_related("run").get(dialogue=dialogue)
    return cell, cell.retries
