"""The evaluations that count in an analysis: the closed ones, or those that a researcher chose.

While an evaluation is open, researchers and others try its link, and results would change with every visitor.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from evaluation.models import Evaluation, Judgement
from studies.models import Study

Chosen = Collection[int] | None
"""Numbers of evaluations; None for those that are closed when the analysis is computed."""


@dataclass(frozen=True, slots=True)
class Source:
    """An evaluation that people could judge, how many judgements it has, and whether they count."""

    evaluation: Evaluation
    judgements: int
    is_counted: bool

    @property
    def is_open(self) -> bool:
        return self.evaluation.state == Evaluation.State.OPEN

    def __str__(self) -> str:
        noun = "judgement" if self.judgements == 1 else "judgements"
        return f"{self.evaluation} ({self.evaluation.get_state_display()}, {self.judgements} {noun})"


def read_sources(study: Study, chosen: Chosen) -> list[Source]:
    """Return the study's evaluations that have been opened, in order."""
    counts = _counts(study)
    opened = study.evaluations.exclude(state=Evaluation.State.PLANNED).order_by("number")
    return [Source(one, counts.get(one.number, 0), _is_counted(one, chosen)) for one in opened]


def counted_evaluations(study: Study, chosen: Chosen) -> list[Evaluation]:
    """Return the sources whose judgements count."""
    return [source.evaluation for source in read_sources(study, chosen) if source.is_counted]


def as_chosen(study: Study, numbers: Collection[int]) -> list[int] | None:
    """Return the choice as a report stores it: None if exactly the closed evaluations are chosen, so that evaluations closed
    later count, too."""
    closed = {one.number for one in counted_evaluations(study, None)}
    return None if set(numbers) == closed else sorted(numbers)


def _is_counted(evaluation: Evaluation, chosen: Chosen) -> bool:
    return evaluation.state == Evaluation.State.CLOSED if chosen is None else evaluation.number in chosen


def _counts(study: Study) -> Mapping[int, int]:
    """Return the number of usable judgements of each evaluation, by its number."""
    counted = Judgement.objects.counted().filter(pair__evaluation__study=study).order_by("pair__evaluation__number")
    return dict(counted.values_list("pair__evaluation__number").annotate(Count("pk")))
