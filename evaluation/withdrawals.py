"""What happens here when a participant withdraws: nobody reads their dialogues again, and what was to be judged is replaced.

What has been judged stays, without text and out of every result.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from evaluation.evaluators.assignments import IS_OPEN, delete_empty_assignments, unjudged
from evaluation.evaluators.reservations import finish_if_done, lock_evaluation
from evaluation.models import Evaluation, Evaluator, Pair, Showing, Verdict
from evaluation.replacing import Replacements
from studies.models import Persona


def forget_person(persona: Persona, **_signal: Any) -> None:
    """Takes the persona's dialogues out of every evaluation of the study."""
    now = timezone.now()
    for evaluation in (
        Evaluation.objects.filter(study=persona.study, pairs__person=persona.code).distinct().order_by("pk")
    ):
        held = lock_evaluation(evaluation)
        _forget(held, held.pairs.filter(role=Pair.Role.MAIN, person=persona.code), now)


def _forget(evaluation: Evaluation, pairs: QuerySet[Pair], now: datetime) -> None:
    leaving = list(pairs.values_list("pk", flat=True))
    evaluators = list(_hold_evaluators_of(leaving))
    pairs.update(withdrawn_at=now, natural=None, simulated=None)
    _forget_verdicts(leaving)
    _replace(evaluation, leaving)
    delete_empty_assignments(evaluation)
    for evaluator in evaluators:
        finish_if_done(evaluator, now)


def _hold_evaluators_of(leaving: list[int]) -> QuerySet[Evaluator]:
    """Locked before their lists change: whoever is just answering has done so by then, or will find another pair."""
    theirs = Evaluator.objects.filter(assignments__showings__pair__in=leaving)
    return Evaluator.objects.select_for_update().filter(pk__in=theirs.values("pk")).order_by("pk")


def _forget_verdicts(leaving: list[int]) -> None:
    """A model may have quoted what it read. One that has a pair in hand finds it gone."""
    verdicts = Verdict.objects.filter(pair__in=leaving)
    verdicts.filter(finished_at=None).delete()
    verdicts.update(outputs=[], problem="", error="")


def _replace(evaluation: Evaluation, leaving: list[int]) -> None:
    """In the place of each that is still to be judged comes another pair; if there is none for it, the list gets shorter."""
    gone = unjudged().filter(pair__in=leaving)
    to_replace = list(gone.filter(IS_OPEN).select_related("pair", "assignment__evaluator").order_by("pk"))
    gone.delete()
    replacements = Replacements(evaluation)
    for showing in to_replace:
        pair = replacements.find(showing)
        if pair is not None:
            Showing.objects.create(
                assignment=showing.assignment,
                position=showing.position,
                pair=pair,
                is_natural_first=showing.is_natural_first,
            )
