"""What judges of any kind found about the answers to a split of a benchmark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from characters.judging.results import Comparison, JudgingResult, read_results_of_split
from characters.models import AnswerSet, Benchmark
from characters.signals import judged_elsewhere
from rolellm.judging.standings import Standing
from rolellm.rolebench.layout import Split


@dataclass(frozen=True, slots=True)
class Findings:
    """What one judge, or people, found: comparisons and, among sets that were compared with each other, standings.

    ``note`` says how an answer wins, unless it is as with models.
    """

    judge: str
    has_baseline: bool
    comparisons: Sequence[Comparison]
    standings: Mapping[AnswerSet, Standing]
    note: str = ""


def read_findings(benchmark: Benchmark, split: Split) -> list[Findings]:
    """Return the findings of all judges on a split, those of models first."""
    models = [_findings(result) for result in read_results_of_split(benchmark, split)]
    others: list[tuple[Any, Any]] = judged_elsewhere.send(sender=Benchmark, benchmark=benchmark, split=split)
    return [*models, *(each for _, found in others for each in found)]


def _findings(result: JudgingResult) -> Findings:
    return Findings(result.judging.model, bool(result.judging.baseline), result.comparisons, result.standings)
