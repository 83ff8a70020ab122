"""Several researchers open an evaluation at the same moment, and a participant withdraws meanwhile, on either database."""

import json
from typing import Any

import pytest

from tests.installation import Installation

SETUP = """
import json
from collection.models import Participant
from studies.models import Study
from tests.enrolment.people import withdraw
from evaluation.models import Evaluation, Pair, Presentation
from evaluation.planning.opening import open_evaluation
from tests.evaluation.factories import make_evaluation, make_judged_study
from tests.racing import at_once

PEOPLE = 6
study = make_judged_study(NAME, people=PEOPLE, models=("a", "b", "c"))
evaluation = make_evaluation(study, state="planned", opened_at=None, pairs_per_evaluator=6)
participants = list(study.participants.all())

def open_it(_):
    mine = Evaluation.objects.get(pk=evaluation.pk)
    open_evaluation(mine)
    return mine.state

def pairs():
    return Pair.objects.filter(evaluation=evaluation)
"""
OPENING = """
states = at_once(open_it, range(PEOPLE))
print(json.dumps({"states": sorted(set(states)), "pairs": pairs().count(), "assignments": evaluation.assignments.count(),
    "presentations": Presentation.objects.filter(assignment__evaluation=evaluation).count()}))
"""
WITHDRAWING = """
def work(number):
    return withdraw(participants[number]) if number < 3 else open_it(number)
at_once(work, range(PEOPLE))
left = pairs().filter(withdrawn_at=None)
print(json.dumps({"pairs": left.count(), "people": len(set(left.values_list("person", flat=True))),
    "lost": left.filter(natural=None).count() + left.filter(simulated=None).count()}))
"""


@pytest.mark.parametrize(
    ("race", "outcome"),
    [
        pytest.param(OPENING, {"states": ["open"], "pairs": 36, "assignments": 6, "presentations": 36}, id="opening"),
        pytest.param(WITHDRAWING, {"pairs": 18, "people": 3, "lost": 0}, id="withdrawing"),
    ],
)
def test_an_evaluation_is_opened_once_with_those_who_stay(
    racing_site: Installation, race: str, outcome: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = f"NAME = {request.node.callspec.id.split('-')[-1]!r}\n"
    assert json.loads(racing_site.evaluate(name + SETUP + race)) == outcome
