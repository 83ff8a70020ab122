"""Pairs of natural and simulated dialogues (section 3.4). Pure, without database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeVar

from evaluation.inquirers import name_inquirer

REFUSED_ENDINGS = ("unsafe", "model_error")
"""Endings of simulated dialogues that are left out. The method's own endings stay, as in the paper's 800."""

Kind = Literal["natural", "simulated"]


@dataclass(frozen=True, slots=True)
class NaturalDialogue:
    """A person's dialogue about a goal. A judge would see ``turns`` of its messages, but not the ``hidden`` ones.

    An empty ``ending`` means that it has not ended. ``is_unsafe``: a guard found it unsafe. ``is_excluded``: a researcher
    excluded it. ``condition`` is empty in a study without conditions; ``chatbot`` identifies who answered.
    """

    id: int
    person: str
    goal: int
    ending: str
    turns: int
    hidden: int = 0
    is_unsafe: bool = False
    condition: str = ""
    chatbot: str = ""
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedDialogue:
    """A model's dialogue for the same person and goal. An imported one may lack an ending.

    ``elicitation`` is empty unless the model plays the person as a character.
    """

    id: int
    person: str
    goal: int
    model: str
    seed: int
    ending: str
    turns: int
    hidden: int = 0
    is_unsafe: bool = False
    chatbot: str = ""
    is_excluded: bool = False
    elicitation: str = ""

    @property
    def inquirer(self) -> str:
        """Return the name under which the model is counted in this elicitation."""
        return name_inquirer(self.model, self.elicitation)


@dataclass(frozen=True, slots=True)
class Rules:
    """``takes_left``: include natural dialogues that their participant left. ``takes_unsafe``: include unsafe dialogues.
    ``crosses_chatbots``: pair a natural dialogue of a condition with simulated ones with any chatbot, not only its own."""

    takes_left: bool = False
    takes_unsafe: bool = False
    crosses_chatbots: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A natural and a simulated dialogue of the same person and goal."""

    natural: NaturalDialogue
    simulated: SimulatedDialogue


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The number of dialogues left out of all pairs, and the reason; simulated ones name their inquirer as ``model``.

    Natural ones name a ``model`` if they have no pair with it.
    """

    kind: Kind
    model: str
    reason: str
    count: int

    @property
    def sentence(self) -> str:
        """Return a sentence for the researcher."""
        who = f" by {self.model}" if self.kind == "simulated" else ""
        return f"{self.count} {self.kind} dialogue{'' if self.count == 1 else 's'}{who}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Pairing:
    """All pairs, by person, goal and inquirer, and the dialogues left out; ``natural`` are all eligible natural dialogues."""

    natural: tuple[NaturalDialogue, ...]
    pairs: tuple[Match, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def hidden(self) -> tuple[int, int]:
        """Return the numbers of hidden messages in the paired natural and in the paired simulated dialogues."""
        natural = {match.natural for match in self.pairs}
        return sum(one.hidden for one in natural), sum(match.simulated.hidden for match in self.pairs)


D = TypeVar("D", NaturalDialogue, SimulatedDialogue)
Key = tuple[str, int, str]
"""Person, goal and inquirer; no inquirer for a natural dialogue."""


def make_pairs(
    natural: Iterable[NaturalDialogue], simulated: Iterable[SimulatedDialogue], rules: Rules, seed: int
) -> Pairing:
    """Pair each natural dialogue with one simulated dialogue of the same person and goal per inquirer.

    If several are eligible, ``seed`` draws one, independently of their order.
    """
    simulated = list(simulated)
    pairer = _Pairer(rules, seed)
    people = pairer.draw(pairer.readable(natural))
    models = pairer.draw(pairer.comparable(pairer.readable(simulated), people))
    pairs = pairer.match(people, models, sorted({one.inquirer for one in simulated}))
    return Pairing(tuple(people.values()), pairs, pairer.report())


@dataclass
class _Pairer:
    """Pairs dialogues and counts those that it leaves out."""

    rules: Rules
    seed: int
    left_out: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)

    def readable(self, dialogues: Iterable[D]) -> list[D]:
        """Return the dialogues that can be judged."""
        return [one for one in dialogues if not self._leave(one, self._fault(one))]

    def comparable(
        self, simulated: Iterable[SimulatedDialogue], people: Mapping[Key, NaturalDialogue]
    ) -> list[SimulatedDialogue]:
        """Return those with a natural dialogue of the same person and goal and, in a condition, with the same chatbot."""
        return [
            one
            for one in simulated
            if not self._leave(one, self._why_incomparable(one, people.get((one.person, one.goal, ""))))
        ]

    def draw(self, dialogues: Iterable[D]) -> dict[Key, D]:
        """Draw one dialogue for each person, goal and inquirer, in that order."""
        drawn: dict[Key, D] = {}
        for one in sorted(dialogues, key=self._lot):
            if drawn.setdefault(_key(one), one) is not one:
                self._leave(one, "another dialogue was drawn")
        return dict(sorted(drawn.items()))

    def match(
        self, people: Mapping[Key, NaturalDialogue], simulated: Mapping[Key, SimulatedDialogue], inquirers: list[str]
    ) -> tuple[Match, ...]:
        """Return all natural dialogues with their counterparts."""
        pairs = []
        for person, goal, _ in people:
            for inquirer in inquirers:
                natural, counterpart = people[person, goal, ""], simulated.get((person, goal, inquirer))
                if counterpart is None:
                    self.left_out["natural", inquirer, f"no simulated dialogue by {inquirer}"] += 1
                else:
                    pairs.append(Match(natural, counterpart))
        return tuple(pairs)

    def report(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(*what, count) for what, count in sorted(self.left_out.items()))

    def _leave(self, dialogue: NaturalDialogue | SimulatedDialogue, reason: str) -> bool:
        if reason:
            self.left_out[_kind(dialogue), _inquirer(dialogue), reason] += 1
        return bool(reason)

    def _fault(self, dialogue: NaturalDialogue | SimulatedDialogue) -> str:
        """Return why the dialogue cannot be judged; empty if it can."""
        if dialogue.is_excluded:
            return "excluded by a researcher"
        if isinstance(dialogue, NaturalDialogue):
            fault = _natural_fault(dialogue.ending, self.rules)
        else:
            fault = _simulated_fault(dialogue.ending, self.rules)
        if not fault and dialogue.is_unsafe and not self.rules.takes_unsafe:
            fault = "found unsafe by a guard"
        return fault or ("" if dialogue.turns else "no visible messages")

    def _why_incomparable(self, simulated: SimulatedDialogue, natural: NaturalDialogue | None) -> str:
        if natural is None:
            return "no natural dialogue to compare with"
        is_bound = bool(natural.condition) and not self.rules.crosses_chatbots
        return (
            "another chatbot than in the person's condition"
            if is_bound and simulated.chatbot != natural.chatbot
            else ""
        )

    def _lot(self, dialogue: NaturalDialogue | SimulatedDialogue) -> tuple[str, int]:
        """Return the sort key that draws among dialogues of one person, goal and inquirer; row numbers only break ties."""
        seed = dialogue.seed if isinstance(dialogue, SimulatedDialogue) else ""
        return sha256(repr((self.seed, *_key(dialogue), seed)).encode()).hexdigest(), dialogue.id


def _natural_fault(ending: str, rules: Rules) -> str:
    taken = {"next_goal"} | ({"left"} if rules.takes_left else set()) | ({"unsafe"} if rules.takes_unsafe else set())
    if ending in taken:
        return ""
    return {"": "not ended yet", "left": "abandoned by the participant"}.get(ending) or _ended(ending)


def _simulated_fault(ending: str, rules: Rules) -> str:
    is_refused = ending in REFUSED_ENDINGS and not (ending == "unsafe" and rules.takes_unsafe)
    return _ended(ending) if is_refused else ""


def _ended(ending: str) -> str:
    return f"ended as {ending.replace('_', ' ')}"


def _key(dialogue: NaturalDialogue | SimulatedDialogue) -> Key:
    return dialogue.person, dialogue.goal, _inquirer(dialogue)


def _inquirer(dialogue: NaturalDialogue | SimulatedDialogue) -> str:
    return dialogue.inquirer if isinstance(dialogue, SimulatedDialogue) else ""


def _kind(dialogue: NaturalDialogue | SimulatedDialogue) -> Kind:
    return "simulated" if isinstance(dialogue, SimulatedDialogue) else "natural"
