"""Current results of an evaluation, shown only on request: knowing them may influence how researchers treat evaluators."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from dialogue.rates import Rate
from evaluation.models import Confidence, Evaluation, Judgement
from evaluation.research.statistics import krippendorff_alpha

DETECTED, MISTAKEN, NOT_SURE = "simulated", "natural", "not sure"
OVERALL = "All models"


@dataclass(frozen=True, slots=True)
class ResultLine:
    """Judgements about one model's pairs, or all: ``chosen`` counts the chosen kinds of dialogue, ``confidence`` the levels."""

    model: str
    chosen: Counter[str]
    confidence: Counter[str]

    @property
    def judged(self) -> int:
        return self.chosen.total()

    @property
    def undetected(self) -> Rate:
        """Return the undetectability rate. "Not sure" counts as undetected (section 3.4)."""
        return Rate(self.judged - self.chosen[DETECTED], self.judged)

    @property
    def detected(self) -> int:
        return self.chosen[DETECTED]

    @property
    def mistaken(self) -> int:
        return self.chosen[MISTAKEN]

    @property
    def not_sure(self) -> int:
        return self.chosen[NOT_SURE]

    @property
    def levels(self) -> list[int]:
        """Return the number of judgements at each level of confidence, from the lowest."""
        return [self.confidence[level] for level in Confidence.values]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha over the evaluators' choices; None if it is not defined."""

    pairs: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """Current results; the last line is over all models. ``agreement`` is None if each pair has one evaluator."""

    lines: list[ResultLine]
    flagged: int
    without_flagged: bool
    agreement: Agreement | None

    @property
    def judged(self) -> int:
        return self.lines[-1].judged


def read_results(evaluation: Evaluation, *, without_flagged: bool = False) -> Results:
    """Return the evaluation's current results, with or without the judgements of flagged evaluators."""
    counted = Judgement.objects.counted().with_chosen_kind().filter(pair__evaluation=evaluation)
    judgements = counted.order_by("pair__model", "pair__elicitation", "pk")
    flagged = judgements.exclude(evaluator__flag="").count()
    if without_flagged:
        judgements = judgements.filter(evaluator__flag="")
    rows = [_row(one) for one in judgements.select_related("pair")]
    agreement = _agreement(rows) if evaluation.judges_per_pair > 1 else None
    return Results(_lines(rows), flagged, without_flagged, agreement)


@dataclass(frozen=True, slots=True)
class _Row:
    """The parts of a judgement that results need."""

    pair: int
    model: str
    chosen: str
    confidence: str


def _row(one: Judgement) -> _Row:
    return _Row(one.pair_id, one.pair.inquirer, one.chosen_kind, one.confidence)  # type: ignore[attr-defined]


def _lines(rows: list[_Row]) -> list[ResultLine]:
    models = list(dict.fromkeys(row.model for row in rows))
    return [*(_line(name, [row for row in rows if row.model == name]) for name in models), _line(OVERALL, rows)]


def _line(name: str, rows: list[_Row]) -> ResultLine:
    return ResultLine(name, Counter(row.chosen for row in rows), Counter(row.confidence for row in rows))


def _agreement(rows: list[_Row]) -> Agreement:
    units: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        units[row.pair].append(row.chosen)
    return Agreement(sum(len(unit) > 1 for unit in units.values()), krippendorff_alpha(units.values()))
