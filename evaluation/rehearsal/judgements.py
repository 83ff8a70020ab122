"""Made-up evaluators and their judgements."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Presentation, Revision
from evaluation.rehearsal.answers import Drawn, Shown, draw_judgement


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judged presentation, with its evaluator, its begin and the drawn answer."""

    presentation: Presentation
    evaluator: Evaluator
    begun: datetime
    drawn: Drawn

    @property
    def ended(self) -> datetime:
        return self.begun + timedelta(seconds=self.drawn.whole)


def judge_all(evaluation: Evaluation, now: datetime) -> None:
    """Give every assignment to a synthetic evaluator, who judges all its pairs in the days before ``now``."""
    evaluators = _enrol(evaluation, now)
    judged = list(_judge(evaluation, evaluators))
    judgements = Judgement.objects.bulk_create(_judgement(one, evaluation) for one in judged)
    Revision.objects.bulk_create(_revision(one, row) for one, row in zip(judged, judgements, strict=True))
    _finish(judged)


def _enrol(evaluation: Evaluation, now: datetime) -> dict[int, Evaluator]:
    """Create an evaluator for each assignment, and return them by its primary key."""
    assignments = list(evaluation.assignments.order_by("number"))
    evaluators = Evaluator.objects.bulk_create(
        Evaluator(
            evaluation=evaluation,
            number=number,
            state=Evaluator.State.JUDGING,
            consented_at=now - timedelta(days=2, minutes=-60 * number),
            consent_version=evaluation.consent_version,
        )
        for number in range(1, len(assignments) + 1)
    )
    for assignment, evaluator in zip(assignments, evaluators, strict=True):
        assignment.evaluator = evaluator
    Assignment.objects.bulk_update(assignments, ["evaluator"])
    return {assignment.pk: evaluator for assignment, evaluator in zip(assignments, evaluators, strict=True)}


def _judge(evaluation: Evaluation, evaluators: dict[int, Evaluator]) -> Iterator[_Judged]:
    """Yield the judgements. Each begins after the evaluator has submitted the previous one."""
    turns = dict(evaluation.study.dialogues.annotate(count=Count("turns")).values_list("pk", "count"))
    presentations = Presentation.objects.filter(assignment__evaluation=evaluation, pair__role=Pair.Role.MAIN)
    free_from = {evaluator.pk: evaluator.consented_at + timedelta(minutes=3) for evaluator in evaluators.values()}
    for presentation in presentations.select_related("pair__goal").order_by("assignment__number", "position"):
        evaluator = evaluators[presentation.assignment_id]
        drawn = draw_judgement(_shown(presentation, evaluator, turns))
        judged = _Judged(presentation, evaluator, free_from[evaluator.pk], drawn)
        free_from[evaluator.pk] = judged.ended + timedelta(seconds=1)
        yield judged


def _shown(presentation: Presentation, evaluator: Evaluator, turns: dict[int, int]) -> Shown:
    pair = presentation.pair
    sides = [turns.get(pair.natural_id or 0, 1), turns.get(pair.simulated_id or 0, 1)]
    first, second = sides if presentation.is_natural_first else reversed(sides)
    goal = pair.goal.number if pair.goal else 0
    return Shown(pair.model, pair.person, goal, evaluator.number, presentation.is_natural_first, first, second)


def _judgement(one: _Judged, evaluation: Evaluation) -> Judgement:
    drawn = one.drawn
    return Judgement(
        presentation=one.presentation,
        evaluator=one.evaluator,
        pair=one.presentation.pair,
        key=f"rehearsed-{one.presentation.pk}",
        shown_at=one.begun,
        submitted_at=one.ended,
        first_interaction_seconds=drawn.whole * drawn.interacted,
        decision_seconds=drawn.whole * drawn.decided,
        submit_seconds=drawn.whole,
        active_seconds=drawn.active,
        hidden_seconds=drawn.hidden,
        idle_seconds=drawn.idle,
        scrolled_first=drawn.scrolled[0],
        scrolled_second=drawn.scrolled[1],
        showed_goal=evaluation.shows_goal,
        showed_persona=evaluation.shows_persona,
        **asdict(drawn.answer),
    )


def _revision(one: _Judged, judgement: Judgement) -> Revision:
    return Revision(
        judgement=judgement,
        number=1,
        is_submitted=True,
        active_seconds=one.drawn.active,
        made_at=one.ended,
        **asdict(one.drawn.answer),
    )


def _finish(judged: Iterable[_Judged]) -> None:
    """Mark every evaluator as finished at the time of the last judgement."""
    last = {one.evaluator: one.ended for one in judged}
    for evaluator, ended in last.items():
        evaluator.state, evaluator.last_seen_at, evaluator.ended_at = Evaluator.State.FINISHED, ended, ended
    Evaluator.objects.bulk_update(last, ["state", "last_seen_at", "ended_at"])
