"""What evaluators preferred, as outcomes for the answer set that is named first in each comparison."""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.kinds.answers import criteria
from evaluation.models import Evaluation, Judgement, Preference
from rolellm.judging.outcomes import POINTS, Outcome

TOGETHER = "together"
"""Key of the outcome by all criteria."""


@dataclass(frozen=True, slots=True)
class Named:
    """An answer set, which may have been deleted since."""

    name: str
    token: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Rating:
    """An evaluator's judgement: the ``outcomes`` for ``one`` against ``other`` by criterion, and by all of them together."""

    pair: int
    position: int
    question: str
    role: str
    part: str
    one: Named
    other: Named
    outcomes: Mapping[str, Outcome]


def read_ratings(evaluation: Evaluation, *, without_flagged: bool = False) -> list[Rating]:
    """Return the judgements that count, in the order of their pairs; with or without those of flagged evaluators."""
    judgements = Judgement.objects.counted().filter(pair__evaluation=evaluation).exclude(ratings=None)
    if without_flagged:
        judgements = judgements.filter(evaluator__flag="")
    return [_rating(one) for one in judgements.select_related("pair", "presentation").order_by("pair", "pk")]


def outcomes_of(judgement: Judgement) -> dict[str, Outcome]:
    """Return the outcomes of a submitted judgement. Together, an answer wins that more of the criteria prefer."""
    ratings, is_other_first = ratings_of(judgement), judgement.presentation.is_natural_first
    found = {key: _outcome(ratings[key]["choice"], is_other_first) for key in criteria()}
    return found | {TOGETHER: outcome_of_points([POINTS[each] for each in found.values()])}


def ratings_of(judgement: Judgement) -> Mapping[str, Mapping[str, str]]:
    """Return the ratings by criterion, which no submitted judgement of answers lacks."""
    return judgement.ratings or {}


def outcome_of_points(points: list[float]) -> Outcome:
    """Return the outcome of several points, each from 0 to 1, by their mean."""
    balance = sum(points) - len(points) / 2
    if not balance:
        return "tie"
    return "win" if balance > 0 else "loss"


def _outcome(choice: str, is_other_first: bool) -> Outcome:
    if choice == Preference.TIE:
        return "tie"
    return "win" if (choice == Preference.FIRST) != is_other_first else "loss"


def _rating(judgement: Judgement) -> Rating:
    pair, told = judgement.pair, judgement.pair.answers
    one, other = (Named(told[side]["name"], told[side]["token"]) for side in ("one", "other"))
    about = told["question"], told["role"], told["part"]
    return Rating(pair.pk, int(pair.person), *about, one, other, outcomes_of(judgement))
