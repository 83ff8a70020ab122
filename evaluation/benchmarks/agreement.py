"""How far evaluators agree with each other, and with model judges of the same answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from characters.judging.results import judged_pairs
from characters.models import Judging
from dialogue.rates import Rate
from evaluation.benchmarks.ratings import TOGETHER, Rating, outcome_of_points
from evaluation.models import Evaluation
from evaluation.research.statistics import krippendorff_alpha
from rolellm.judging.outcomes import POINTS, Outcome

Key = tuple[int, str, str]
"""A question by its position, and the tokens of the two answer sets."""
_OPPOSITE: Mapping[Outcome, Outcome] = {"win": "loss", "loss": "win", "tie": "tie"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement about which of two answers is better by a criterion, or that neither is.

    ``alpha`` is Krippendorff's for nominal values, None if it is not defined. ``same`` counts the pairs, of those that both or
    several judged, about which all agree.
    """

    raters: str
    criterion: str
    alpha: float | None
    same: Rate


def agreement_of_people(ratings: Sequence[Rating]) -> Iterator[Agreement]:
    """Yield the agreement between evaluators by each criterion and together; nothing if no pair has several."""
    for criterion in ratings[0].outcomes if ratings else ():
        units: dict[int, list[Outcome]] = defaultdict(list)
        for each in ratings:
            units[each.pair].append(each.outcomes[criterion])
        if several := [unit for unit in units.values() if len(unit) > 1]:
            yield _agreement("evaluators", criterion, several)


def agreement_with_models(evaluation: Evaluation, ratings: Sequence[Rating]) -> Iterator[Agreement]:
    """Yield the agreement of people, by the majority about each pair, with each model that judged some of the same pairs."""
    people = _majorities(ratings)
    judgings = Judging.objects.filter(benchmark=evaluation.benchmark_id).order_by("pk")
    for judging in judgings if people else ():
        model = _verdicts(judging)
        if units := [(outcome, model[key]) for key, outcome in people.items() if key in model]:
            yield _agreement(f"people and {judging.model}", TOGETHER, units)


def _agreement(raters: str, criterion: str, units: Sequence[Sequence[Outcome]]) -> Agreement:
    same = sum(len(set(unit)) == 1 for unit in units)
    return Agreement(raters, criterion, krippendorff_alpha(units), Rate(same, len(units)))


def _majorities(ratings: Iterable[Rating]) -> dict[Key, Outcome]:
    points: dict[Key, list[float]] = defaultdict(list)
    for each in ratings:
        points[each.position, each.one.token, each.other.token].append(POINTS[each.outcomes[TOGETHER]])
    return {key: outcome_of_points(given) for key, given in points.items()}


def _verdicts(judging: Judging) -> dict[Key, Outcome]:
    """Return the model's outcomes, each also as seen from the other answer."""
    positions = dict(judging.rankings.order_by().values_list("row", "row__position").distinct())
    found: dict[Key, Outcome] = {}
    for each in judged_pairs(judging):
        if outcome := each.verdicts.outcome:
            position, one, other = positions[each.row], each.one.token, each.other.token
            found |= {(position, one, other): outcome, (position, other, one): _OPPOSITE[outcome]}
    return found
