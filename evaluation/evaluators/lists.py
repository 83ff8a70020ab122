"""What stands in evaluators' lists: which are free, what is left in them, which dialogues somebody has been shown."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from evaluation.models import Assignment, Evaluation, Evaluator, Pair, Showing

Dialogue = tuple[str, int | None]
"""A natural dialogue: by whom, and towards which goal. It is known by these even after its person has withdrawn."""
IS_OPEN = Q(assignment__evaluator=None) | Q(assignment__evaluator__state=Evaluator.State.JUDGING)
"""Whether a showing stands in a list that is free, or whose evaluator is under way."""


def unjudged() -> QuerySet[Showing]:
    """What has no submitted judgement; it may have a draft."""
    return Showing.objects.filter(judgement__submitted_at=None)


def free_lists(evaluation: Evaluation) -> QuerySet[Assignment]:
    """What newcomers may take, the first one first."""
    return evaluation.assignments.filter(evaluator=None).order_by("number")


def expired_lists(evaluation: Evaluation, now: datetime) -> QuerySet[Assignment]:
    """Those whose evaluators have not shown themselves for long, and that have something left; the longest one first."""
    left = unjudged().filter(assignment=OuterRef("pk"), pair__role=Pair.Role.MAIN)
    judging = evaluation.assignments.filter(evaluator__state=Evaluator.State.JUDGING, reserved_until__lte=now)
    return judging.filter(Exists(left)).select_related("evaluator").order_by("reserved_until", "number")


def dialogues_in(showings: QuerySet[Showing]) -> set[Dialogue]:
    """The natural dialogues of the showings' pairs."""
    return set(showings.filter(pair__role=Pair.Role.MAIN).values_list("pair__person", "pair__goal_id"))


def evaluators_called(evaluation: Evaluation, external_id: str) -> QuerySet[Evaluator]:
    """Select the evaluators with this external id, one for each browser; none for an empty id."""
    named = evaluation.evaluators.filter(external_id=external_id)
    return named.order_by("pk") if external_id else named.none()


def dialogues_shown_to(evaluator: Evaluator) -> set[Dialogue]:
    """Return the natural dialogues in the evaluator's past and present lists: nobody sees two pairs of one (the paper's rule).

    Another evaluator with the same external id may be the same person in another browser, so their lists count, too.
    """
    same = evaluators_called(evaluator.evaluation, evaluator.external_id).values("pk")
    begun = Q(assignment__evaluator__in=same, judgement__isnull=False)
    return dialogues_in(Showing.objects.filter(Q(assignment__evaluator=evaluator) | begun))


def dialogues_beside(gone: Showing) -> set[Dialogue]:
    """The natural dialogues that a list holds, or its evaluator has been shown in another, when a showing of it is gone."""
    evaluator = gone.assignment.evaluator
    return dialogues_shown_to(evaluator) if evaluator else dialogues_in(gone.assignment.showings.all())


def dialogue_of(pair: Pair) -> Dialogue:
    """The pair's natural dialogue."""
    return (pair.person, pair.goal_id)


def count_judges(evaluation: Evaluation) -> Counter[int]:
    """Count, for each pair by its row, the evaluators who have judged it or will, according to present lists.

    One query is used because evaluators continue to answer: between two queries, an answer could be missed by both.
    """
    is_judged = Q(judgement__submitted_at__isnull=False)
    rows = Showing.objects.filter(is_judged | IS_OPEN, pair__evaluation=evaluation)
    return Counter(dict(rows.order_by().values_list("pair").annotate(count=Count("pk"))))


def in_need(evaluation: Evaluation, pairs: QuerySet[Pair]) -> list[Pair]:
    """Those of the pairs that fewer are going to judge than should."""
    counts = count_judges(evaluation)
    living = pairs.filter(role=Pair.Role.MAIN, withdrawn_at=None).order_by("pk")
    return [pair for pair in living if counts[pair.pk] < evaluation.judges_per_pair]


def forget_empty_lists(evaluation: Evaluation) -> None:
    """Deletes free lists in which no pair of the main part is left: there is nothing to do for whoever would take one."""
    main = Showing.objects.filter(assignment=OuterRef("pk"), pair__role=Pair.Role.MAIN)
    free_lists(evaluation).exclude(Exists(main)).delete()
