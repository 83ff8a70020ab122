"""The step of judging pairs."""

from collections.abc import Sequence

from django.urls import reverse

from evaluation.models import Evaluation
from roleplay_site.overview.cockpit.numbers import EvaluationNumbers, Numbers
from roleplay_site.overview.cockpit.quantities import counted
from roleplay_site.overview.cockpit.step import Action, Step

NOTHING_TO_PAIR = "Judging needs natural dialogues, and a run that simulates the same personas."


def judging_step(numbers: Numbers) -> Step:
    """Return the step: a failing model judge first, then an open, a planned and closed evaluations."""
    address, found = reverse("judge", args=[numbers.study.slug]), numbers.evaluations
    if not found:
        return _without_evaluations(numbers, address)
    facts = _facts(found)
    for one in found:
        if failing := next((judge for judge in one.judge_runs if judge.has_failed), None):
            why = f"The model judge {failing.model!r} has stopped. {failing.message}"
            return Step("judge", "Judge", address, "failed", facts, lacks=why, action=_to("View model judge", one))
    if open_one := _latest(found, Evaluation.State.OPEN):
        label = "View progress" if open_one.judged else "Share link"
        left = f"{counted(open_one.wanted - open_one.judged, 'judgement')} left"
        return Step("judge", "Judge", address, "running", facts, time_left=left, action=_to(label, open_one))
    if planned := _latest(found, Evaluation.State.PLANNED):
        if not (numbers.natural and numbers.simulated):
            action = _to("View evaluation", planned)
            return Step("judge", "Judge", address, "later", facts, lacks=NOTHING_TO_PAIR, action=action)
        return Step("judge", "Judge", address, "next", facts, action=_to("Open evaluation", planned))
    return Step("judge", "Judge", address, "done", facts, action=Action("View evaluations", address))


def _without_evaluations(numbers: Numbers, address: str) -> Step:
    none = [counted(0, "evaluation")]
    if numbers.study.is_archived:
        return Step("judge", "Judge", address, "later", none)
    if not (numbers.natural and numbers.simulated):
        return Step("judge", "Judge", address, "later", none, lacks=NOTHING_TO_PAIR)
    plan = reverse("new-evaluation", args=[numbers.study.slug])
    return Step("judge", "Judge", address, "next", none, action=Action("Plan evaluation", plan))


def _facts(found: Sequence[EvaluationNumbers]) -> list[str]:
    judged, wanted = sum(one.judged for one in found), sum(one.wanted for one in found)
    judgements = [f"{judged:,} of {counted(wanted, 'judgement')}"] if wanted else []
    return [counted(len(found), "evaluation"), *judgements]


def _latest(found: Sequence[EvaluationNumbers], state: Evaluation.State) -> EvaluationNumbers | None:
    return next((one for one in reversed(found) if one.evaluation.state == state), None)


def _to(label: str, one: EvaluationNumbers) -> Action:
    return Action(label, reverse("evaluation", args=[one.evaluation.study.slug, one.evaluation.number]))
