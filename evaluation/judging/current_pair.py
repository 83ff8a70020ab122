"""The pair that an evaluator judges now, its neighbours, and the evaluator's progress."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, prefetch_related_objects

from enrolment.protocol import Visitor
from evaluation.evaluators.assignments import unjudged
from evaluation.models import Evaluator, Pair, Presentation
from studies.models import Turn

_WHOLE = ("assignment", "pair__evaluation", "pair__natural__goal", "pair__simulated", "judgement")
_ORDER = ("assignment__number", "position")
_TRAINING = Q(pair__role=Pair.Role.TRAINING)


@dataclass(frozen=True, slots=True)
class Progress:
    """An evaluator's progress in the training pairs or in the others; attention checks count as other pairs."""

    done: int
    total: int
    is_practice: bool


def current_presentation(evaluator: Evaluator) -> Presentation | None:
    """Return the first presentation without a submitted judgement, or None if none is left."""
    return _left(evaluator).order_by(*_ORDER).first()


def find_presentation(visitor: Visitor[Evaluator], token: str) -> Presentation | None:
    """Return the visitor's presentation with that token and its texts; None if it is another person's or was deleted."""
    return _with_texts(_presentations(visitor.person).filter(token=token))


def next_presentation(evaluator: Evaluator, presentation: Presentation) -> Presentation | None:
    """Return the presentation after this one, with its texts."""
    return _with_texts(_left(evaluator).exclude(pk=presentation.pk).order_by(*_ORDER))


def may_be_shown(evaluator: Evaluator, presentation: Presentation) -> bool:
    """Return whether it is the current presentation, or an earlier one that may be judged again."""
    if presentation == current_presentation(evaluator):
        return True
    is_practice = presentation.pair.role == Pair.Role.TRAINING
    is_judged = evaluator.judgements.submitted().filter(presentation=presentation, pair__withdrawn_at=None).exists()
    return evaluator.evaluation.allows_back and is_judged and not is_practice


def previous_presentation(presentation: Presentation) -> Presentation | None:
    """Return the previous presentation that may be judged again; training pairs may not, because their answer was shown."""
    earlier = Q(assignment=presentation.assignment, position__lt=presentation.position)
    judged = Presentation.objects.filter(earlier, judgement__submitted_at__isnull=False, pair__withdrawn_at=None)
    return judged.exclude(_TRAINING).order_by("position").last()


def progress_of(evaluator: Evaluator, *, is_practice: bool) -> Progress:
    """Count the evaluator's pairs and the judged ones."""
    of_kind = _TRAINING if is_practice else ~_TRAINING
    shown = _presentations(evaluator).filter(of_kind, pair__withdrawn_at=None)
    counts = shown.aggregate(done=Count("pk", filter=Q(judgement__submitted_at__isnull=False)), total=Count("pk"))
    return Progress(counts["done"], counts["total"], is_practice)


def _presentations(evaluator: Evaluator) -> QuerySet[Presentation]:
    return Presentation.objects.filter(assignment__evaluator=evaluator)


def _left(evaluator: Evaluator) -> QuerySet[Presentation]:
    return unjudged().filter(assignment__evaluator=evaluator, pair__withdrawn_at=None)


def _with_texts(presentations: QuerySet[Presentation]) -> Presentation | None:
    """Return the first one with its dialogues and judgement, in two queries, whichever side is natural."""
    presentation = presentations.select_related(*_WHOLE).first()
    if presentation:
        dialogues = [each for each in (presentation.pair.natural, presentation.pair.simulated) if each]
        said = Turn.objects.only("dialogue", "position", "utterance", "response")
        prefetch_related_objects(dialogues, Prefetch("turns", said))
    return presentation
