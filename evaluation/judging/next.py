"""Which pair an evaluator judges now, and how far they are."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, prefetch_related_objects

from enrolment.protocol import Visitor
from evaluation.evaluators.assignments import unjudged
from evaluation.models import Evaluator, Pair, Showing
from studies.models import Turn

_WHOLE = ("assignment", "pair__evaluation", "pair__natural__goal", "pair__simulated", "judgement")
_ORDER = ("assignment__number", "position")
_TRAINING = Q(pair__role=Pair.Role.TRAINING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is, in the pairs for practice or in the others; attention checks count like any other."""

    done: int
    total: int
    is_practice: bool


def current_showing(evaluator: Evaluator) -> Showing | None:
    """The first showing without a submitted judgement, in order; None when nothing is left."""
    return _left(evaluator).order_by(*_ORDER).first()


def find_showing(visitor: Visitor[Evaluator], token: str) -> Showing | None:
    """Return the visitor's showing with that token, and everything its page shows; None if it is not theirs, or was deleted."""
    return _with_texts(_showings(visitor.person).filter(token=token))


def following_showing(evaluator: Evaluator, showing: Showing) -> Showing | None:
    """What comes when this one is judged, with all that its page shows."""
    return _with_texts(_left(evaluator).exclude(pk=showing.pk).order_by(*_ORDER))


def may_be_shown(evaluator: Evaluator, showing: Showing) -> bool:
    """Whether it is the current one, or an earlier one that may be judged anew."""
    if showing == current_showing(evaluator):
        return True
    is_practice = showing.pair.role == Pair.Role.TRAINING
    is_judged = evaluator.judgements.submitted().filter(showing=showing, pair__withdrawn_at=None).exists()
    return evaluator.evaluation.allows_back and is_judged and not is_practice


def previous_showing(showing: Showing) -> Showing | None:
    """Return the previous showing that may be judged again; none in practice, where the answer has been shown."""
    earlier = Q(assignment=showing.assignment, position__lt=showing.position)
    judged = Showing.objects.filter(earlier, judgement__submitted_at__isnull=False, pair__withdrawn_at=None)
    return judged.exclude(_TRAINING).order_by("position").last()


def progress_of(evaluator: Evaluator, *, is_practice: bool) -> Progress:
    """How many of the evaluator's pairs are judged."""
    of_kind = _TRAINING if is_practice else ~_TRAINING
    shown = _showings(evaluator).filter(of_kind, pair__withdrawn_at=None)
    counts = shown.aggregate(done=Count("pk", filter=Q(judgement__submitted_at__isnull=False)), total=Count("pk"))
    return Progress(counts["done"], counts["total"], is_practice)


def _showings(evaluator: Evaluator) -> QuerySet[Showing]:
    return Showing.objects.filter(assignment__evaluator=evaluator)


def _left(evaluator: Evaluator) -> QuerySet[Showing]:
    return unjudged().filter(assignment__evaluator=evaluator, pair__withdrawn_at=None)


def _with_texts(showings: QuerySet[Showing]) -> Showing | None:
    """Return the first one with both dialogues and what has been said about them: two queries, however the sides stand."""
    showing = showings.select_related(*_WHOLE).first()
    if showing:
        dialogues = [each for each in (showing.pair.natural, showing.pair.simulated) if each]
        said = Turn.objects.only("dialogue", "position", "utterance", "response")
        prefetch_related_objects(dialogues, Prefetch("turns", said))
    return showing
