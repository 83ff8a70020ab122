"""Many evaluators at once: no assignment, external ID or number is given twice, on either database."""

import json
from typing import Any

import pytest

from tests.installation import Installation

SETUP = """
import json
from collections import Counter
from functools import partial
from django.db import transaction
from django.utils import timezone
from studies.models import Study
from enrolment.invitations import Invitation
from tests.enrolment.people import withdraw
from evaluation.answers import Answer
from tests.enrolment.people import enrol, enrolment_in
from evaluation.evaluators.assignments import count_judges, dialogues_shown_to, unjudged
from evaluation.evaluators.reservations import take_assignment
from tests.enrolment.people import withdraw
from evaluation.judging.clocks import Clocks
from evaluation.judging.current_pair import current_presentation
from evaluation.judging.refusals import Refused
from evaluation.judging.submissions import submit
from evaluation.models import Evaluator, Pair
from evaluation.planning.opening import open_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests import racing

at_once = partial(racing.at_once, refusal=Refused)

def make(**shape):
    with transaction.atomic():
        return make_evaluation(make_judged_study(f"race-{Study.objects.count()}", turns=1, **shape))

def enter(_):
    return take(enrol(evaluation))

def take(evaluator):
    return take_assignment(evaluator, timezone.now())

def judge(evaluator):
    presentation = current_presentation(evaluator)
    submit(presentation, Answer("first", "confident", 1), "key", Clocks(), timezone.now())
    return "judged"
"""
FORTY = """
with transaction.atomic():
    study = make_judged_study("race-forty", people=4, goals=10, turns=1)
    evaluation = make_evaluation(study, state="planned", pairs_per_evaluator=2)
open_evaluation(evaluation)
seats = at_once(enter, range(40))
people = list(evaluation.evaluators.all())
pairs = Counter(Pair.objects.filter(presentations__assignment__evaluator__in=people).values_list("pk", flat=True))
print(json.dumps({
    "seats": sum(seats),
    "assignments": len(set(evaluation.assignments.values_list("evaluator", flat=True)) - {None}),
    "numbers": sorted({one.number for one in people}) == list(range(1, 41)),
    "dialogues": {len(dialogues_shown_to(one)) for one in people} == {2},
    "pairs": (len(pairs), max(pairs.values())),
}))
"""
LAST_LIST = """
evaluation = make(models=("a",))
people = [enrol(evaluation) for _ in range(6)]
print(json.dumps({"seats": sum(at_once(take, people))}))
"""
SAME_ID = """
evaluation = make()
found = at_once(lambda _: enrol(evaluation, Invitation("5f3a")).number, range(6))
print(json.dumps({"numbers": sorted(found)}))
"""
SAME_FORM = """
evaluation = make()
agreement = enrolment_in(evaluation).terms.offer()
found = at_once(lambda _: enrol(evaluation, agreement=agreement).pk, range(6))
print(json.dumps({"people": len(set(found)), "rows": evaluation.evaluators.count()}))
"""
MANY_TABS = """
evaluation = make(models=("a", "b", "c"))
person = enrol(evaluation)
seats = at_once(take, [person] * 6)
print(json.dumps({"seats": sum(seats), "assignments": person.assignments.count()}))
"""
EXPIRED = """
evaluation = make()
for _ in range(2):
    make_evaluator(evaluation, seen_minutes_ago=evaluation.reserved_minutes + 1)
people = [enrol(evaluation) for _ in range(6)]
seats = at_once(take, people)
print(json.dumps({
    "seats": sum(seats),
    "lapsed": evaluation.evaluators.filter(state="lapsed").count(),
    "judges": sorted(set(count_judges(evaluation).values())),
}))
"""
EXPIRED_AND_ANSWERING = """
evaluation = make(models=("a",))
answering = make_evaluator(evaluation, seen_minutes_ago=evaluation.reserved_minutes + 1)
people = [enrol(evaluation) for _ in range(5)]
def work(one):
    return judge(one) if one == answering else take(one)
told = at_once(work, [*people, answering])
is_kept = "judged" in told
print(json.dumps({
    "one or the other": is_kept != (True in told),
    "judgements": answering.judgements.count() == is_kept,
    "judges": sorted(set(count_judges(evaluation).values())),
}))
"""
WITHDRAWALS = """
evaluation = make(people=6, models=("a", "b", "c"))
judging = [make_evaluator(evaluation) for _ in range(3)]
leaving = list(evaluation.study.participants.all()[:2])
def work(one):
    if one in leaving:
        return withdraw(one)
    return withdraw(one) if one == judging[2] else judge(one)
told = at_once(work, [*judging, *leaving])
print(json.dumps({
    "withdrawn": evaluation.pairs.exclude(withdrawn_at=None).count(),
    "open": unjudged().exclude(pair__withdrawn_at=None).count(),
    "free": evaluation.assignments.filter(evaluator=None).count(),
    "clear": set(told) <= {None, "judged", "unknown"},
}))
"""


@pytest.mark.parametrize(
    ("race", "outcome"),
    [
        pytest.param(
            FORTY,
            {"seats": 40, "assignments": 40, "numbers": True, "dialogues": True, "pairs": [80, 1]},
            id="forty enter",
        ),
        pytest.param(LAST_LIST, {"seats": 1}, id="last list"),
        pytest.param(SAME_ID, {"numbers": [1, 2, 3, 4, 5, 6]}, id="same external id"),
        pytest.param(SAME_FORM, {"people": 1, "rows": 1}, id="same consent form"),
        pytest.param(MANY_TABS, {"seats": 6, "assignments": 1}, id="many tabs"),
        pytest.param(EXPIRED, {"seats": 2, "lapsed": 2, "judges": [1]}, id="expired seats"),
        pytest.param(
            EXPIRED_AND_ANSWERING, {"one or the other": True, "judgements": True, "judges": [1]}, id="back just in time"
        ),
        pytest.param(WITHDRAWALS, {"withdrawn": 12, "open": 0, "free": 1, "clear": True}, id="withdrawals"),
    ],
)
def test_what_many_want_at_once_is_given_once(racing_site: Installation, race: str, outcome: dict[str, Any]) -> None:
    assert json.loads(racing_site.evaluate(SETUP + race)) == outcome
