"""Dialogues side by side, turn by turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.db.models import Prefetch

from simulation.models import Run, Simulation
from simulation.progress import ENDING_WORDS, NOT_RECORDED
from studies.models import Dialogue, Goal, Study, Turn

MOST_DIALOGUES = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One of the dialogues, with its run if it is simulated."""

    dialogue: Dialogue
    run: Run | None
    turns: tuple[Turn, ...]

    @property
    def name(self) -> str:
        if self.dialogue.kind == Dialogue.Kind.NATURAL:
            return "Natural dialogue"
        return str(self.run) if self.run else "Simulated dialogue"

    @property
    def ending(self) -> str:
        if self.dialogue.ended_at is None:
            return "not ended yet"
        return ENDING_WORDS.get(self.dialogue.ending, NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Some dialogues of a study. ``rows`` hold a turn of each, None after its last."""

    sides: list[Side]
    rows: list[tuple[Turn | None, ...]]

    @property
    def goal(self) -> Goal | None:
        """Return the goal of all; None if they differ."""
        goals = {side.dialogue.goal for side in self.sides}
        return goals.pop() if len(goals) == 1 else None

    @property
    def persona(self) -> str:
        """Return the code of the persona of all; empty if they differ."""
        codes = {side.dialogue.persona.code for side in self.sides}
        return codes.pop() if len(codes) == 1 else ""

    @property
    def parting(self) -> str:
        """Return a sentence about the first turn at which not all dialogues say the same; empty for a single one."""
        if len(self.sides) < 2:
            return ""
        words = ({(turn.utterance, turn.response) if turn else None for turn in row} for row in self.rows)
        number = next((number for number, said in enumerate(words, start=1) if len(said) > 1), None)
        return f"They diverge at turn {number}." if number else "They say the same, word for word."


def read_side_by_side(study: Study, tokens: Sequence[str]) -> SideBySide:
    """Return the dialogues of the study with these tokens, in this order. Unknown ones are left out, and so are those after
    MOST_DIALOGUES."""
    known = [token for token in dict.fromkeys(tokens) if token.isascii() and token.isprintable()][:MOST_DIALOGUES]
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    found = Dialogue.objects.filter(study=study, token__in=known).select_related("goal", "persona")
    dialogues = {one.token: one for one in found.prefetch_related(turns)}
    runs = runs_of(dialogues.values())
    sides = [Side(one, runs.get(one.pk), tuple(one.turns.all())) for token in known if (one := dialogues.get(token))]
    return SideBySide(sides, list(zip_longest(*(side.turns for side in sides))))


def runs_of(dialogues: Iterable[Dialogue]) -> dict[int, Run]:
    """Return the run of each dialogue that is in one, by the dialogue's key."""
    cells = Simulation.objects.filter(dialogue__in=list(dialogues)).select_related("run")
    return {cell.dialogue_id: cell.run for cell in cells if cell.dialogue_id is not None}
