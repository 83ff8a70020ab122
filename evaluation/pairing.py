"""Which natural dialogue is compared with which simulated one (section 3.4). Pure: nothing here knows the database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeVar

REFUSED_ENDINGS = ("unsafe", "model_error")
"""Of simulated dialogues. The method's own endings stay, as in the paper's 800."""

Kind = Literal["natural", "simulated"]


@dataclass(frozen=True, slots=True)
class NaturalDialogue:
    """What a person said toward a goal. Of its messages a judge would be shown ``turns``, and ``hidden`` would be left away.

    Without ``ending`` it goes on.
    """

    id: int
    person: str
    goal: int
    ending: str
    turns: int
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class SimulatedDialogue:
    """What a model said for the same person and goal. An imported one may lack an ending."""

    id: int
    person: str
    goal: int
    model: str
    seed: int
    ending: str
    turns: int
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """``takes_left``: also natural dialogues that their participant left."""

    takes_left: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A natural dialogue beside a simulated one of the same person and goal."""

    natural: NaturalDialogue
    simulated: SimulatedDialogue


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many dialogues are in no pair, and why; simulated ones name their ``model``.

    Natural ones name a ``model`` when they are in no pair with that one.
    """

    kind: Kind
    model: str
    reason: str
    count: int

    @property
    def sentence(self) -> str:
        """For the researcher."""
        who = f" by {self.model}" if self.kind == "simulated" else ""
        return f"{self.count} {self.kind} dialogue{'' if self.count == 1 else 's'}{who}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Pairing:
    """All pairs, by person, goal and model, and what is in none of them; ``natural`` are all that could be in one."""

    natural: tuple[NaturalDialogue, ...]
    pairs: tuple[Match, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def hidden(self) -> tuple[int, int]:
        """How many messages of the paired natural, and of the paired simulated dialogues no judge is shown."""
        natural = {match.natural for match in self.pairs}
        return sum(one.hidden for one in natural), sum(match.simulated.hidden for match in self.pairs)


D = TypeVar("D", NaturalDialogue, SimulatedDialogue)
Key = tuple[str, int, str]
"""Person, goal and model; no model for a natural dialogue."""


def make_pairs(
    natural: Iterable[NaturalDialogue], simulated: Iterable[SimulatedDialogue], rules: Rules, seed: int
) -> Pairing:
    """Each natural dialogue with one simulated dialogue per model of the same person and goal.

    Of several that would do, ``seed`` draws one, whatever order they come in.
    """
    simulated = list(simulated)
    pairer = _Pairer(rules, seed)
    people = pairer.draw(pairer.readable(natural))
    models = pairer.draw(pairer.comparable(pairer.readable(simulated), people))
    pairs = pairer.match(people, models, sorted({one.model for one in simulated}))
    return Pairing(tuple(people.values()), pairs, pairer.report())


@dataclass
class _Pairer:
    """Counts what it leaves out on the way."""

    rules: Rules
    seed: int
    left_out: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)

    def readable(self, dialogues: Iterable[D]) -> list[D]:
        """Those that may be judged at all."""
        return [one for one in dialogues if not self._leave(one, self._fault(one))]

    def comparable(
        self, simulated: Iterable[SimulatedDialogue], people: Mapping[Key, NaturalDialogue]
    ) -> list[SimulatedDialogue]:
        """Those whose person said something toward the same goal."""
        reason = "no natural dialogue to compare with"
        return [
            one for one in simulated if not self._leave(one, "" if (one.person, one.goal, "") in people else reason)
        ]

    def draw(self, dialogues: Iterable[D]) -> dict[Key, D]:
        """One for each person, goal and model, in that order."""
        drawn: dict[Key, D] = {}
        for one in sorted(dialogues, key=self._lot):
            if drawn.setdefault(_key(one), one) is not one:
                self._leave(one, "another one was drawn")
        return dict(sorted(drawn.items()))

    def match(
        self, people: Mapping[Key, NaturalDialogue], simulated: Mapping[Key, SimulatedDialogue], models: list[str]
    ) -> tuple[Match, ...]:
        """All natural dialogues with their counterparts."""
        pairs = []
        for person, goal, _ in people:
            for model in models:
                natural, counterpart = people[person, goal, ""], simulated.get((person, goal, model))
                if counterpart is None:
                    self.left_out["natural", model, f"no counterpart by {model}"] += 1
                else:
                    pairs.append(Match(natural, counterpart))
        return tuple(pairs)

    def report(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(*what, count) for what, count in sorted(self.left_out.items()))

    def _leave(self, dialogue: NaturalDialogue | SimulatedDialogue, reason: str) -> bool:
        if reason:
            self.left_out[_kind(dialogue), _model(dialogue), reason] += 1
        return bool(reason)

    def _fault(self, dialogue: NaturalDialogue | SimulatedDialogue) -> str:
        """Why nobody should judge it; empty when it will do."""
        if isinstance(dialogue, NaturalDialogue):
            fault = _natural_fault(dialogue.ending, self.rules)
        else:
            fault = _ended(dialogue.ending) if dialogue.ending in REFUSED_ENDINGS else ""
        return fault or ("" if dialogue.turns else "nothing in it that a judge could read")

    def _lot(self, dialogue: NaturalDialogue | SimulatedDialogue) -> tuple[str, int]:
        """What decides between dialogues of the same person, goal and model: it knows no row numbers but to break a tie."""
        seed = dialogue.seed if isinstance(dialogue, SimulatedDialogue) else ""
        return sha256(repr((self.seed, *_key(dialogue), seed)).encode()).hexdigest(), dialogue.id


def _natural_fault(ending: str, rules: Rules) -> str:
    if ending == "next_goal" or (ending == "left" and rules.takes_left):
        return ""
    return {"": "not ended yet", "left": "left by the participant"}.get(ending) or _ended(ending)


def _ended(ending: str) -> str:
    return f"ended as {ending.replace('_', ' ')}"


def _key(dialogue: NaturalDialogue | SimulatedDialogue) -> Key:
    return dialogue.person, dialogue.goal, _model(dialogue)


def _model(dialogue: NaturalDialogue | SimulatedDialogue) -> str:
    return dialogue.model if isinstance(dialogue, SimulatedDialogue) else ""


def _kind(dialogue: NaturalDialogue | SimulatedDialogue) -> Kind:
    return "simulated" if isinstance(dialogue, SimulatedDialogue) else "natural"
