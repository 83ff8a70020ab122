"""The scores of answer sets on a stored benchmark, read from the scores of single answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, NamedTuple, get_args

from characters.benchmarks.answer_scores import Against, score_in
from characters.models import Answer, AnswerSet, Benchmark
from rolellm.rolebench.layout import Part, Split
from rolellm.rolebench.scores import RowScore, SplitScore, mean

MeasureName = Literal["CUS", "RAW", "SPE"]
MEASURES: tuple[MeasureName, ...] = get_args(MeasureName)
_OF: dict[MeasureName, tuple[Part, Against]] = {
    "CUS": ("general", "references"),
    "RAW": ("general", "raw_answers"),
    "SPE": ("role_specific", "references"),
}


class _Scored(NamedTuple):
    role: str
    is_leaked: bool
    score: RowScore


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the three measures of an answer set; None is where there is nothing to compare.

    ``rows`` are the test rows that the measure could have, of which ``total.rows`` are answered. ``without_leaked`` leaves
    out questions that occur in training.
    """

    rows: int
    total: SplitScore | None = None
    by_role: tuple[tuple[str, SplitScore], ...] = ()
    leaked: int = 0
    without_leaked: SplitScore | None = None

    @property
    def missing(self) -> int:
        """Return the number of test rows without an answer."""
        return self.rows - (self.total.rows if self.total else 0)


@dataclass(frozen=True, slots=True)
class SetResult:
    """The measures of an answer set on one split. ``empty`` answers have no text and count as 0."""

    answer_set: AnswerSet
    split: Split
    measures: dict[MeasureName, Measure]
    empty: int

    @property
    def average(self) -> float | None:
        """Return the mean of the three measures as published; None unless there are all three."""
        totals = [measure.total for measure in self.measures.values()]
        known = [total.as_published for total in totals if total]
        return fmean(known) if len(known) == len(MEASURES) else None


def read_results(benchmark: Benchmark, split: Split, answer_sets: Iterable[AnswerSet] | None = None) -> list[SetResult]:
    """Return the results of all answer sets (or of these) that have an answer to a test row of the split."""
    sets = benchmark.answer_sets.order_by("pk") if answer_sets is None else answer_sets
    rows = {name: _rows(benchmark, split, name) for name in MEASURES}
    found = [_result(answer_set, split, rows) for answer_set in sets]
    return [result for result in found if any(measure.total for measure in result.measures.values())]


def splits_of(benchmark: Benchmark) -> list[Split]:
    """Return the splits in which the benchmark has test rows."""
    there = set(benchmark.rows.filter(use="test").order_by().values_list("split", flat=True).distinct())
    return [split for split in get_args(Split) if split in there]


def _rows(benchmark: Benchmark, split: Split, name: MeasureName) -> int:
    part, against = _OF[name]
    return benchmark.rows.filter(split=split, part=part, use="test").exclude(**{against: []}).count()


def _result(answer_set: AnswerSet, split: Split, rows: dict[MeasureName, int]) -> SetResult:
    answers = Answer.objects.filter(answer_set=answer_set, sample=0, row__split=split, row__use="test")
    finished = answers.exclude(finished_at=None).order_by("row__position")
    values = list(finished.values_list("row__part", "row__role", "row__is_leaked", "scores"))
    measures = {}
    for name in MEASURES:
        part, against = _OF[name]
        scored = (
            _Scored(role, is_leaked, score)
            for of_part, role, is_leaked, scores in values
            if of_part == part and (score := score_in(scores, against))
        )
        measures[name] = _measure(list(scored), rows[name])
    return SetResult(answer_set, split, measures, finished.filter(text="").count())


def _measure(scored: list[_Scored], rows: int) -> Measure:
    if not scored:
        return Measure(rows)
    known = [each.score for each in scored if not each.is_leaked]
    return Measure(
        rows,
        mean([each.score for each in scored]),
        _by_role(scored),
        len(scored) - len(known),
        mean(known) if known else None,
    )


def _by_role(scored: list[_Scored]) -> tuple[tuple[str, SplitScore], ...]:
    roles: dict[str, list[RowScore]] = {}
    for each in scored:
        roles.setdefault(each.role, []).append(each.score)
    return tuple((role, mean(scores)) for role, scores in roles.items())
