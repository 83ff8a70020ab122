"""Questions about power: how often do studies of given sizes find the assumed differences? Plain Python, so that a page with
the form loads no statistics."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from dialogue.names import plain_name

if TYPE_CHECKING:
    from analysis.statistics.contrasts import Adjustment

PAPER = {"Llama-2": 0.665, "Mixtral": 0.56, "Vicuna": 0.775, "GPT4": 0.65}
"""Detection rates of the paper's models: 1 minus their undetectability in table 3."""
ADJUSTMENTS: dict["Adjustment", str] = {
    "none": "None, as in the paper",
    "holm": "Holm, over all pairs of models",
    "tukey": "Tukey, over all pairs of models",
}
MOST_MODELS, MOST_SIZES = 12, 6
MOST_JUDGEMENTS = 20_000
"""Limit on the judgements of one study, whose analysis then takes half a second."""
MOST_PEOPLE = 1000
MOST_STUDIES = 2000
"""With this many, the Monte Carlo error is ± 2 points; halving it takes four times as many studies."""
LARGEST_SD = 5.0
"""Limit on standard deviations of log-odds: some evaluators then always detect, and others never do."""
LARGEST_SEED = 2**32 - 1
LONGEST_NAME = 100
"""Limit on the length of a run's inquirer name, which the rates of a study's analysis use."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason why a study is impossible, and the name of the assumption to change."""

    field: str
    words: str


class ImpossiblePlan(ValueError):
    """No study can be drawn from these assumptions; the message is the first problem's reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].words)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """Assumptions: how often each model is detected (at the average evaluator and person), how much evaluators and people
    differ (standard deviations of the log-odds), and the size: each of ``evaluators`` judges ``pairs`` pairs of ``people``.

    Raises ImpossiblePlan.
    """

    rates: dict[str, float]
    evaluators: int
    pairs: int = 40
    people: int = 20
    evaluator_sd: float = 0.5
    person_sd: float = 0.3

    def __post_init__(self) -> None:
        if problems := [*_rate_problems(self.rates), *_size_problems(self), *_sd_problems(self)]:
            raise ImpossiblePlan(problems)

    @property
    def differences(self) -> list[tuple[str, str]]:
        """Return all pairs of models."""
        return _pairs(self.rates)


@dataclass(frozen=True, slots=True)
class PowerQuestion:
    """How often do ``studies`` of each size in ``evaluators`` find the differences? Raises ImpossiblePlan.

    The other assumptions are a StudyPlan's; ``adjustment`` is that of the pairwise p values; the same ``seed`` draws the
    same studies.
    """

    rates: dict[str, float]
    evaluators: tuple[int, ...] = (20,)
    pairs: int = 40
    people: int = 20
    evaluator_sd: float = 0.5
    person_sd: float = 0.3
    adjustment: "Adjustment" = "none"
    studies: int = 500
    seed: int = 73

    def __post_init__(self) -> None:
        object.__setattr__(self, "evaluators", tuple(sorted(set(self.evaluators))))
        problems = [*_question_problems(self), *self._plan_problems()]
        if problems:
            raise ImpossiblePlan(list(dict.fromkeys(problems)))

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "PowerQuestion":
        """Return the question that ``dataclasses.asdict`` wrote to JSON."""
        return cls(**stored | {"evaluators": tuple(stored["evaluators"])})

    @property
    def differences(self) -> list[tuple[str, str]]:
        """Return all pairs of models."""
        return _pairs(self.rates)

    def plan(self, evaluators: int) -> StudyPlan:
        """Return the plan for one of the sizes."""
        return StudyPlan(self.rates, evaluators, self.pairs, self.people, self.evaluator_sd, self.person_sd)

    def _plan_problems(self) -> Iterator[Problem]:
        for evaluators in self.evaluators:
            try:
                self.plan(evaluators)
            except ImpossiblePlan as error:
                yield from error.problems


def gather_rates(named: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the rates by model. Raises ImpossiblePlan if a model is named twice: one of its rates would be ignored."""
    rates: dict[str, float] = {}
    for name, rate in ((plain_name(name), rate) for name, rate in named):
        if name in rates:
            raise ImpossiblePlan([Problem("rates", f"{name} is listed twice. Give each model one rate.")])
        rates[name] = rate
    return rates


def _pairs(rates: dict[str, float]) -> list[tuple[str, str]]:
    return list(combinations(sorted(rates), 2))


def _rate_problems(rates: dict[str, float]) -> Iterator[Problem]:
    if len(rates) < 2:
        yield Problem("rates", "Enter the rates of at least two models, so that there is something to compare.")
    if len(rates) > MOST_MODELS:
        yield Problem("rates", f"You entered {len(rates)} models. Compare at most {MOST_MODELS}.")
    for name, rate in rates.items():
        if not name.strip():
            yield Problem("rates", "A model has no name. Enter one.")
        if len(name) > LONGEST_NAME:
            yield Problem("rates", f"The name {name[:20]}… is too long. Use at most {LONGEST_NAME} characters.")
        if not 0 < rate < 1:
            yield Problem("rates", f"The rate of {name} is {rate:g}. Enter one between 0 and 1.")


def _size_problems(plan: StudyPlan) -> Iterator[Problem]:
    if plan.evaluators < 2:
        yield Problem("evaluators", "Plan at least two evaluators, because one shows no variation between evaluators.")
    if plan.pairs < max(2, len(plan.rates)):
        yield Problem("pairs", f"Plan at least {max(2, len(plan.rates))} pairs per evaluator, one for each model.")
    if not 2 <= plan.people <= MOST_PEOPLE:
        yield Problem("people", f"Plan between 2 and {MOST_PEOPLE:,} people who chatted.")
    if plan.evaluators * plan.pairs > MOST_JUDGEMENTS:
        size = f"{plan.evaluators:,} evaluators with {plan.pairs:,} pairs each"
        yield Problem("evaluators", f"{size} give more than {MOST_JUDGEMENTS:,} judgements. Plan a smaller study.")


def _sd_problems(plan: StudyPlan) -> Iterator[Problem]:
    for field in ("evaluator_sd", "person_sd"):
        if not 0 <= getattr(plan, field) <= LARGEST_SD:
            sentence = f"Enter a standard deviation of the log-odds between 0 (no variation) and {LARGEST_SD:g}."
            yield Problem(field, sentence)


def _question_problems(question: PowerQuestion) -> Iterator[Problem]:
    if not 1 <= len(question.evaluators) <= MOST_SIZES:
        yield Problem("evaluators", f"Enter between one and {MOST_SIZES} numbers of evaluators.")
    if question.adjustment not in ADJUSTMENTS:
        yield Problem("adjustment", f"Choose an adjustment: {', '.join(ADJUSTMENTS)}.")
    if not 1 <= question.studies <= MOST_STUDIES:
        yield Problem(
            "studies", f"Simulate between 1 and {MOST_STUDIES:,} studies. More would hardly reduce the error."
        )
    if not 0 <= question.seed <= LARGEST_SEED:
        yield Problem("seed", f"Enter a seed between 0 and {LARGEST_SEED}.")
