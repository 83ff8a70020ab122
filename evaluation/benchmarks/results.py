"""How answer sets did in the judgements of people: win rates, ranks, and agreement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from evaluation.benchmarks.agreement import Agreement, agreement_of_people, agreement_with_models
from evaluation.benchmarks.ratings import TOGETHER, Named, Rating, read_ratings
from evaluation.kinds.answers import criterion_names
from evaluation.models import Evaluation, Judgement
from rolellm.judging.outcomes import POINTS
from rolellm.judging.standings import Estimate, Standing, rank_by_points, standings, win_rate

FEWEST = 3
"""Answer sets whose ranks say more than a win rate."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How ``one`` did against ``other`` by a criterion, counted in judgements."""

    one: Named
    other: Named
    wins: int
    ties: int
    losses: int
    rate: Estimate | None

    @property
    def judgements(self) -> int:
        return self.wins + self.ties + self.losses

    def __str__(self) -> str:
        return f"{self.one} over {self.other}"


@dataclass(frozen=True, slots=True)
class AnswerResults:
    """The current results of an evaluation. ``flagged`` counts the judgements of flagged evaluators, included or not."""

    evaluation: Evaluation
    ratings: Sequence[Rating]
    flagged: int
    without_flagged: bool
    agreements: Sequence[Agreement]


def criteria_names() -> dict[str, str]:
    """Return the headings of the criteria by key, and that of the outcome by all of them."""
    return criterion_names() | {TOGETHER: "Together"}


def read_answer_results(evaluation: Evaluation, *, without_flagged: bool = False) -> AnswerResults:
    """Return the evaluation's current results, with or without the judgements of flagged evaluators."""
    ratings = read_ratings(evaluation, without_flagged=without_flagged)
    counted = Judgement.objects.counted().filter(pair__evaluation=evaluation)
    agreements = [*agreement_of_people(ratings), *agreement_with_models(evaluation, ratings)]
    flagged = counted.exclude(evaluator__flag="").count()
    return AnswerResults(evaluation, ratings, flagged, without_flagged, agreements)


def compare(ratings: Iterable[Rating], criterion: str) -> list[Comparison]:
    """Return the comparisons by a criterion, in the order of the plan. Several judgements about a question count each."""
    grouped: dict[tuple[Named, Named], list[Rating]] = defaultdict(list)
    for each in ratings:
        grouped[each.one, each.other].append(each)
    return [_comparison(*sides, found, criterion) for sides, found in grouped.items()]


def rank_sets(ratings: Sequence[Rating], criterion: str) -> tuple[dict[Named, Standing], int]:
    """Return the standings of three or more sets that were compared with each other, and how many questions they leave out.

    On each question of a role, a set's points in a pair are the mean of its evaluators'. Questions without a judgement about
    every pair are left out.
    """
    sets = {each.token: each for rating in ratings for each in (rating.one, rating.other)}
    needed = len(sets) * (len(sets) - 1) // 2
    if len(sets) < FEWEST or len({(each.one, each.other) for each in ratings}) < needed:
        return {}, 0
    rows = _points(ratings, criterion)
    complete = [(question, points) for (_, question), points in rows.items() if len(points) == needed]
    ranked = [(question, rank_by_points(list(sets), points)) for question, points in complete]
    return {sets[token]: each for token, each in standings(ranked).items()}, len(rows) - len(complete)


def _comparison(one: Named, other: Named, ratings: Sequence[Rating], criterion: str) -> Comparison:
    outcomes = [each.outcomes[criterion] for each in ratings]
    return Comparison(
        one,
        other,
        wins=outcomes.count("win"),
        ties=outcomes.count("tie"),
        losses=outcomes.count("loss"),
        rate=win_rate((each.question, each.outcomes[criterion]) for each in ratings),
    )


def _points(ratings: Iterable[Rating], criterion: str) -> Mapping[tuple[int, str], Mapping[tuple[str, str], float]]:
    """Return the mean points of each pair of sets, by their tokens, on each question of a role."""
    given: dict[tuple[int, str], dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in ratings:
        points = POINTS[each.outcomes[criterion]]
        given[each.position, each.question][each.one.token, each.other.token].append(points)
    return {row: {pair: fmean(points) for pair, points in pairs.items()} for row, pairs in given.items()}
