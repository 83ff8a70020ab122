"""Evaluators' assignments: which are free, what is left in them, which dialogues an evaluator has been shown."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enrolment.external_ids import people_called
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Presentation

Dialogue = tuple[str, int | None]
"""A natural dialogue by its person and goal, which identify it even after the person has withdrawn."""
IS_OPEN = Q(assignment__evaluator=None) | Q(assignment__evaluator__state=Evaluator.State.JUDGING)
"""Whether a presentation is in an assignment that is free, or whose evaluator is judging."""


def unjudged() -> QuerySet[Presentation]:
    """Select the presentations without a submitted judgement; they may have a draft."""
    return Presentation.objects.filter(judgement__submitted_at=None)


def free_assignments(evaluation: Evaluation) -> QuerySet[Assignment]:
    """Select the assignments that newcomers may take, the first one first."""
    return evaluation.assignments.filter(evaluator=None).order_by("number")


def expired_assignments(evaluation: Evaluation, now: datetime) -> QuerySet[Assignment]:
    """Select the assignments with something left whose evaluators have been inactive too long, the longest first."""
    left = unjudged().filter(assignment=OuterRef("pk"), pair__role=Pair.Role.MAIN)
    judging = evaluation.assignments.filter(evaluator__state=Evaluator.State.JUDGING, reserved_until__lte=now)
    return judging.filter(Exists(left)).select_related("evaluator").order_by("reserved_until", "number")


def dialogues_in(presentations: QuerySet[Presentation]) -> set[Dialogue]:
    """Return the natural dialogues of the presentations' pairs."""
    return set(presentations.filter(pair__role=Pair.Role.MAIN).values_list("pair__person", "pair__goal_id"))


def dialogues_shown_to(evaluator: Evaluator) -> set[Dialogue]:
    """Return the natural dialogues in the evaluator's past and present assignments.

    No evaluator sees two pairs of one dialogue (the paper's rule). Another evaluator with the same external id may be the
    same person in another browser, so their assignments count, too.
    """
    same = people_called(evaluator.evaluation.evaluators.all(), evaluator.external_id).values("pk")
    begun = Q(assignment__evaluator__in=same, judgement__isnull=False)
    return dialogues_in(Presentation.objects.filter(Q(assignment__evaluator=evaluator) | begun))


def dialogues_beside(gone: Presentation) -> set[Dialogue]:
    """Return the natural dialogues in the assignment of a deleted presentation, or in others of its evaluator."""
    evaluator = gone.assignment.evaluator
    return dialogues_shown_to(evaluator) if evaluator else dialogues_in(gone.assignment.presentations.all())


def dialogue_of(pair: Pair) -> Dialogue:
    """Return the pair's natural dialogue."""
    return (pair.person, pair.goal_id)


def count_judges(evaluation: Evaluation) -> Counter[int]:
    """Count, for each pair by its row, the evaluators who have judged it or will, according to present assignments.

    One query is used because evaluators continue to answer: between two queries, an answer could be missed by both.
    """
    is_judged = Q(judgement__submitted_at__isnull=False)
    rows = Presentation.objects.filter(is_judged | IS_OPEN, pair__evaluation=evaluation)
    return Counter(dict(rows.order_by().values_list("pair").annotate(count=Count("pk"))))


def in_need(evaluation: Evaluation, pairs: QuerySet[Pair]) -> list[Pair]:
    """Return the pairs assigned to fewer evaluators than required."""
    counts = count_judges(evaluation)
    living = pairs.filter(role=Pair.Role.MAIN, withdrawn_at=None).order_by("pk")
    return [pair for pair in living if counts[pair.pk] < evaluation.judges_per_pair]


def delete_empty_assignments(evaluation: Evaluation) -> None:
    """Delete free assignments in which no pair of the main part is left: they hold nothing to do."""
    main = Presentation.objects.filter(assignment=OuterRef("pk"), pair__role=Pair.Role.MAIN)
    free_assignments(evaluation).exclude(Exists(main)).delete()


def count_pairs_ahead(evaluation: Evaluation) -> int:
    """Return how many pairs the longest free assignment has, training aside; the usual number if none is free."""
    counted = Count("presentations", filter=~Q(presentations__pair__role=Pair.Role.TRAINING))
    free = evaluation.assignments.filter(evaluator=None).order_by()
    sizes = free.annotate(size=counted).values_list("size", flat=True)
    return max(sizes, default=evaluation.pairs_per_evaluator)


def count_judged(evaluator: Evaluator) -> int:
    """Return how many pairs the evaluator has judged, of any kind."""
    return Judgement.objects.submitted().filter(evaluator=evaluator).count()
