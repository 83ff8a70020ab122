"""The withdrawal of a participant: their dialogues leave every evaluation, and other pairs replace the unjudged ones.

Judgements about them stay without text, and do not count in results.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from evaluation.evaluators.assignments import (
    IS_OPEN,
    count_judges,
    delete_empty_assignments,
    dialogue_of,
    dialogues_beside,
    unjudged,
)
from evaluation.evaluators.reservations import finish_if_done
from evaluation.models import Evaluation, Evaluator, ModelJudgement, Pair, Presentation
from evaluation.planning.opening import lock_evaluation
from studies.models import Persona


def forget_person(persona: Persona, **_signal: Any) -> None:
    """Remove the persona's dialogues from every evaluation of the study."""
    now = timezone.now()
    for evaluation in (
        Evaluation.objects.filter(study=persona.study, pairs__person=persona.code).distinct().order_by("pk")
    ):
        locked = lock_evaluation(evaluation)
        _forget(locked, locked.pairs.filter(role=Pair.Role.MAIN, person=persona.code), now)


def _forget(evaluation: Evaluation, pairs: QuerySet[Pair], now: datetime) -> None:
    leaving = list(pairs.values_list("pk", flat=True))
    evaluators = list(_lock_evaluators_of(leaving))
    pairs.update(withdrawn_at=now, natural=None, simulated=None)
    _forget_model_judgements(leaving)
    _replace(evaluation, leaving)
    delete_empty_assignments(evaluation)
    for evaluator in evaluators:
        finish_if_done(evaluator, now)


def _lock_evaluators_of(leaving: list[int]) -> QuerySet[Evaluator]:
    """Lock the evaluators before their assignments change: an answer being sent is stored before, or refused after."""
    theirs = Evaluator.objects.filter(assignments__presentations__pair__in=leaving)
    return Evaluator.objects.select_for_update().filter(pk__in=theirs.values("pk")).order_by("pk")


def _forget_model_judgements(leaving: list[int]) -> None:
    """Delete what models quoted. A worker that is judging such a pair notices that it is gone."""
    judgements = ModelJudgement.objects.filter(pair__in=leaving)
    judgements.filter(finished_at=None).delete()
    judgements.update(outputs=[], problem="", error="")


def _replace(evaluation: Evaluation, leaving: list[int]) -> None:
    """Replace each unjudged pair by another. Without a suitable one, the assignment gets shorter."""
    gone = unjudged().filter(pair__in=leaving)
    to_replace = list(gone.filter(IS_OPEN).select_related("pair", "assignment__evaluator").order_by("pk"))
    gone.delete()
    replacements = Replacements(evaluation)
    for presentation in to_replace:
        pair = replacements.find(presentation)
        if pair is not None:
            Presentation.objects.create(
                assignment=presentation.assignment,
                position=presentation.position,
                pair=pair,
                is_natural_first=presentation.is_natural_first,
            )


class Replacements:
    """Replacements of pairs, and the number of judges of each pair, which every replacement changes."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._wanted = evaluation.judges_per_pair
        self._judges = count_judges(evaluation)
        self._living = list(evaluation.pairs.filter(role=Pair.Role.MAIN, withdrawn_at=None).order_by("pk"))

    def find(self, gone: Presentation) -> Pair | None:
        """Return a pair that needs judges, or else one of the same inquirer with the fewest judges; None if none is suitable.

        No assignment, and no evaluator, gets two pairs of one natural dialogue.
        """
        beside = dialogues_beside(gone)
        fitting = [pair for pair in self._living if dialogue_of(pair) not in beside]
        inquirer = gone.pair.inquirer
        needy = [pair for pair in fitting if self._judges[pair.pk] < self._wanted]
        candidates = needy or [pair for pair in fitting if pair.inquirer == inquirer]
        found = min(candidates, key=lambda pair: (pair.inquirer != inquirer, self._judges[pair.pk]), default=None)
        if found is not None:
            self._judges[found.pk] += 1
        return found
