"""The pair that an evaluator judges now, its neighbours, and the evaluator's progress."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from enrolment.protocol import Visitor
from evaluation.evaluators.assignments import unjudged
from evaluation.models import Evaluator, Pair, Presentation
from studies.models import Dialogue, Turn

_ORDER = ("assignment__number", "position")
_TRAINING = Q(pair__role=Pair.Role.TRAINING)


@dataclass(frozen=True, slots=True)
class Progress:
    """An evaluator's progress in the training pairs or in the others; attention checks count as other pairs.

    ``number`` counts the presented pair from 1, ``done`` the judged ones.
    """

    number: int
    done: int
    total: int
    is_practice: bool


def current_presentation(evaluator: Evaluator) -> Presentation | None:
    """Return the first presentation without a submitted judgement, or None if none is left."""
    return _left(evaluator).order_by(*_ORDER).first()


def find_presentation(visitor: Visitor[Evaluator], token: str) -> Presentation | None:
    """Return the visitor's presentation with that token and its texts; None if it is another person's or was deleted."""
    # A token names one, so the default order, which joins the study's title, would only take time.
    return _with_texts(visitor.person, _presentations(visitor.person).filter(token=token).order_by("pk"))


def next_presentation(evaluator: Evaluator, presentation: Presentation) -> Presentation | None:
    """Return the presentation after this one, with its texts."""
    return _with_texts(evaluator, _left(evaluator).exclude(pk=presentation.pk).order_by(*_ORDER))


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


def progress_of(evaluator: Evaluator, presentation: Presentation) -> Progress:
    """Count the evaluator's pairs of the same kind: those before this one, the judged ones, and all."""
    is_practice = presentation.pair.role == Pair.Role.TRAINING
    assignment, position = presentation.assignment, presentation.position
    shown = _presentations(evaluator).filter(_TRAINING if is_practice else ~_TRAINING, pair__withdrawn_at=None)
    counts = shown.aggregate(
        before=Count(
            "pk",
            filter=Q(assignment__number__lt=assignment.number) | Q(assignment=assignment, position__lt=position),
        ),
        done=Count("pk", filter=Q(judgement__submitted_at__isnull=False)),
        total=Count("pk"),
    )
    return Progress(counts["before"] + 1, counts["done"], counts["total"], is_practice)


def _presentations(evaluator: Evaluator) -> QuerySet[Presentation]:
    return Presentation.objects.filter(assignment__evaluator=evaluator)


def _left(evaluator: Evaluator) -> QuerySet[Presentation]:
    return unjudged().filter(assignment__evaluator=evaluator, pair__withdrawn_at=None)


def _with_texts(evaluator: Evaluator, presentations: QuerySet[Presentation]) -> Presentation | None:
    """Return the evaluator's first one with the texts of its dialogues, in three queries, whichever side is natural.

    Three small ones: Django compiles a single query, with all columns of both dialogues, for longer than it needs for these.
    """
    presentation = presentations.select_related("assignment", "pair").first()
    if presentation:
        presentation.pair.evaluation = evaluator.evaluation
        _read_dialogues(presentation.pair)
    return presentation


def _read_dialogues(pair: Pair) -> None:
    """Give the pair its dialogues with what is read of them; a known pair has none, and one may have been deleted."""
    said = Prefetch("turns", Turn.objects.only("dialogue", "position", "utterance", "response").order_by())
    read = Dialogue.objects.select_related("goal").only("persona_sentence", "goal__text").prefetch_related(said)
    for dialogue in read.filter(pk__in=[pair.natural_id, pair.simulated_id]).order_by():
        if dialogue.pk == pair.natural_id:
            pair.natural = dialogue
        else:
            pair.simulated = dialogue
