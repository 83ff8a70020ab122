"""Made-up populations whose distance is known, and single dialogues to order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from analysis.statistics.spoken import SpokenDialogue, SpokenOutput, SpokenTurn

GOALS = {
    1: "You want to know how fast you run a race of 50 meters and how many calories you burn during the race.",
    2: "You want to bake bread with little salt for six guests, and to know how long the dough must rest before baking.",
    3: "You want to write a function that finds the longest palindrome in a string, and to test whether it is fast enough.",
    4: "You want to visit Lisbon in spring for three days and look for museums, cheap hotels and trains from the airport.",
}
FEATURES = ({"age": "18 to 24", "gender": "Female"}, {"age": "25 to 34", "gender": "Male"})
_FILLERS = (
    "so",
    "then",
    "maybe",
    "with",
    "about",
    "for",
    "like",
    "also",
    "much",
    "more",
    "need",
    "small",
    "big",
    "next",
    "way",
)


@dataclass(frozen=True, slots=True)
class Population:
    """How the members of a population write, on average: each of them differs from that.

    ``length`` is the mean number of words, ``turns`` the mean number of turns; ``courtesy``, ``capitals``, ``marks`` and
    ``thanks`` are the shares of polite utterances, of those with a capital and a full stop, and of dialogues that end with
    thanks; ``slips`` is the share of misspelt words.
    """

    length: float = 12
    courtesy: float = 0.2
    turns: float = 3
    capitals: float = 0.5
    marks: float = 0.4
    thanks: float = 0.3
    slips: float = 0.05


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one member of a population writes."""

    length: float
    courtesy: float
    capitals: float
    marks: float
    thanks: float
    slips: float

    @classmethod
    def draw(cls, population: Population, random: Generator) -> "_Manner":
        shares = (population.courtesy, population.capitals, population.marks, population.thanks, population.slips)
        own = (random.beta(4 * share, 4 * (1 - share)) for share in shares)
        return cls(population.length * np.exp(random.normal(0, 0.3)), *own)


def speak(
    population: Population, random: Generator, *, people: int = 20, is_natural: bool = True, seeds: int = 1
) -> list[SpokenDialogue]:
    """Return a dialogue about each goal, or ``seeds`` of them, by each of so many people drawn from the population."""
    return [
        dialogue
        for number in range(people)
        for dialogue in _by_person(population, random, f"p-{number}", FEATURES[number % 2], is_natural, seeds)
    ]


def _by_person(
    population: Population, random: Generator, name: str, features: Mapping[str, str], is_natural: bool, seeds: int
) -> list[SpokenDialogue]:
    manner = _Manner.draw(population, random)
    return [
        SpokenDialogue(
            person=name,
            goal_number=number,
            goal=goal,
            is_natural=is_natural,
            turns=tuple(_turns(goal, population.turns, manner, random)),
            ending="next_goal" if is_natural else "goal_reached",
            features=features,
        )
        for number, goal in GOALS.items()
        for _ in range(seeds)
    ]


def _turns(goal: str, mean: float, manner: _Manner, random: Generator) -> Iterator[SpokenTurn]:
    for _ in range(1 + random.poisson(mean - 1)):
        yield SpokenTurn(_utterance(goal, manner, random), "Here is an answer.")
    if random.random() < manner.thanks:
        yield SpokenTurn("thanks", "Here is an answer.")


def _utterance(goal: str, manner: _Manner, random: Generator) -> str:
    vocabulary = [*goal.lower().replace(",", "").replace(".", "").split(), *_FILLERS]
    said = [str(word) for word in random.choice(vocabulary, 1 + random.poisson(manner.length))]
    said = [f"{word[:1]}q{word[1:]}" if random.random() < manner.slips else word for word in said]
    text = " ".join(["please", *said] if random.random() < manner.courtesy else said)
    text = text.capitalize() if random.random() < manner.capitals else text
    return f"{text}." if random.random() < manner.marks else text


def dialogue_of(
    *utterances: str, responses: Sequence[str] = (), outputs: Sequence[SpokenOutput] = (), **fields: object
) -> SpokenDialogue:
    """Return a simulated dialogue with these utterances about the first goal; ``fields`` change it."""
    answers = [*responses, *["An answer."] * (len(utterances) - len(responses))]
    turns = tuple(SpokenTurn(asked, answered) for asked, answered in zip(utterances, answers, strict=True))
    values = {"person": "p-0", "goal_number": 1, "goal": GOALS[1], "is_natural": False, "ending": "goal_reached"}
    return SpokenDialogue(**values | {"turns": turns, "outputs": tuple(outputs), "stop_token": "FINISH"} | fields)  # type: ignore[arg-type]
