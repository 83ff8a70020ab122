"""Count symptoms and endings in dialogues that arrive one by one: altogether, by goal, by persona group and by turn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from analysis.statistics.health.symptom import Symptom
from analysis.statistics.spoken import SpokenDialogue

ALL, GOAL, TURN = "all", "goal", "turn"
"""Ways of grouping; any other is the key of a feature of the persona form."""
LAST_TURN = 5
"""Later turns are counted with this one, because few dialogues have them."""
Place = tuple[str, str]
"""A way of grouping, and the group."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the units have a symptom; for a symptom of degrees, the sum of the degrees."""

    count: float = 0.0
    of: int = 0

    @property
    def rate(self) -> float | None:
        return self.count / self.of if self.of else None

    def plus(self, value: float) -> "Share":
        return Share(self.count + value, self.of + 1)


@dataclass(slots=True)
class Health:
    """The shares of all symptoms and endings so far. It keeps no dialogue, so that runs of any size fit in memory."""

    symptoms: Sequence[Symptom]
    dialogues: int = 0
    shares: dict[str, dict[Place, Share]] = field(default_factory=dict)
    endings: dict[str, dict[Place, Share]] = field(default_factory=dict)

    def add(self, dialogue: SpokenDialogue) -> None:
        """Count one dialogue."""
        self.dialogues += 1
        places = _places(dialogue)
        for symptom in self.symptoms:
            for turn, value in symptom.find(dialogue):
                _count(self.shares.setdefault(symptom.name, {}), [*places, *_at(turn)], value)
        self._count_ending(dialogue, places)

    def add_all(self, dialogues: Iterable[SpokenDialogue]) -> "Health":
        """Count all dialogues, and return this."""
        for dialogue in dialogues:
            self.add(dialogue)
        return self

    def share(self, symptom: str, place: Place) -> Share:
        """Return the share of a symptom at the place; 0 of 0 if it was never looked for."""
        return self.shares.get(symptom, {}).get(place, Share())

    def ending_share(self, ending: str, place: Place) -> Share:
        """Return the share of dialogues with the ending. By turn, it is the share of the dialogues that reached the turn."""
        return Share(self.endings.get(ending, {}).get(place, Share()).count, self.dialogues_in(place))

    def dialogues_in(self, place: Place) -> int:
        """Return the number of dialogues at the place; at a turn, of those that reached it."""
        by, group = place
        places = [(by, str(number)) for number in range(int(group), LAST_TURN + 1)] if by == TURN else [place]
        return round(sum(shares.get(one, Share()).count for shares in self.endings.values() for one in places))

    def groups(self, by: str) -> list[str]:
        """Return the groups in which dialogues were counted, in order: goals and turns by number, others by name."""
        counted = [*self.endings.values(), *self.shares.values()]
        found = {group for shares in counted for way, group in shares if way == by}
        return sorted(found, key=lambda group: (int(group), "") if group.isdigit() else (10**9, group))

    def _count_ending(self, dialogue: SpokenDialogue, places: Sequence[Place]) -> None:
        last = min(max(1, len(dialogue.turns)), LAST_TURN)
        _count(self.endings.setdefault(dialogue.ending, {}), [*places, (TURN, str(last))], 1.0)


def _places(dialogue: SpokenDialogue) -> list[Place]:
    features = [(key, answer) for key, answer in dialogue.features.items() if answer]
    return [(ALL, ""), (GOAL, str(dialogue.goal_number)), *features]


def _at(turn: int | None) -> Iterator[Place]:
    if turn is not None:
        yield TURN, str(min(turn, LAST_TURN))


def _count(shares: dict[Place, Share], places: Sequence[Place], value: float) -> None:
    for place in places:
        shares[place] = shares.get(place, Share()).plus(value)
