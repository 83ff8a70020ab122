"""Many people at once: no seat, external ID, goal or quota is given twice, on either database."""

import json
from typing import Any

import pytest

from tests.installation import Installation
from tests.simulation.branches.races import BRANCHED_AND_LEAVING, CLICKED_OUTCOME, CLICKED_TWICE, LEAVING_OUTCOME

SETUP = """
import json
from datetime import timedelta
from functools import partial
from threading import Event
from django.db import transaction
from django.utils import timezone
from collection.models import Recruitment
from studies.models import Dialogue, Study
from collection.participation.eligibility import free_seats
from enrolment.protocol import NotEligible
from tests.enrolment.people import enrolment_in
from collection.participation.persona_form import answer_form
from tests.enrolment.people import enrol
from collection.participation.goals import begin_goal, go_on
from enrolment.invitations import Invitation
from collection.research.opening import close_study
from collection.participation.eligibility import release_seat, take_back
from tests.enrolment.people import withdraw
from studies.services import copy_study
from simulation.requests import RunRequest
from simulation.services import request_run
from tests import racing

PEOPLE = 6
FEMALE = {"gender": "Female"}
study = copy_study(Study.objects.get(slug="demo"))
people = study.participants
Recruitment.objects.filter(study=study).update(is_open=True)
at_once = partial(racing.at_once, refusal=NotEligible)
"""
LAST_SEAT = """
Recruitment.objects.filter(study=study).update(seats=1)
answers = at_once(lambda number: enrol(study, Invitation(str(number))).state, range(PEOPLE))
print(json.dumps({"answers": sorted(answers), "rows": people.count()}))
"""
SAME_ID = """
Recruitment.objects.filter(study=study).update(seats=2)
answers = at_once(lambda _: enrol(study, Invitation("5f3a")).state, range(PEOPLE))
print(json.dumps({"answers": sorted(answers), "rows": people.count()}))
"""
SAME_FORM = """
agreement = enrolment_in(study).terms.offer()
found = at_once(lambda _: enrol(study, agreement=agreement).pk, range(PEOPLE))
print(json.dumps({"people": len(set(found)), "rows": people.count()}))
"""
RELEASED_SEAT = """
Recruitment.objects.filter(study=study).update(seats=2)
for _ in range(2):
    enrol(study)
people.update(last_seen_at=timezone.now() - timedelta(days=30))
away = list(people.all())
release_seat(away[0], "anna", timezone.now())
def come(one):
    return take_back(one, timezone.now()) if one else enrol(study).state
answers = at_once(come, [away[0], *[None] * (PEOPLE - 1)])
free = free_seats(Recruitment.objects.get(study=study), timezone.now())
print(json.dumps({"got in": sum(answer in (True, "enrolled") for answer in answers), "free": free}))
"""
LAST_OF_A_QUOTA = """
Recruitment.objects.filter(study=study).update(quotas={"gender": {"Female": 2}})
enrolled = [enrol(study) for _ in range(PEOPLE)]
at_once(lambda person: answer_form(person, FEMALE), enrolled)
codes = list(people.filter(state="active").values_list("persona__code", flat=True))
print(json.dumps({"codes": len(set(codes)), "away": people.filter(state="turned_away").count()}))
"""
SAME_GOAL = """
study.min_turns = 0
study.save()
person = enrol(study)
answer_form(person, FEMALE)
person.refresh_from_db()
begun = at_once(lambda _: begin_goal(person).pk, range(PEOPLE))
first = person.dialogues.get()
following = at_once(lambda _: go_on(first).pk, range(PEOPLE))
print(json.dumps({
    "begun": len(set(begun)), "following": len(set(following)), "rows": person.dialogues.count()
}))
"""
CONDITIONS = """
for name in ("one", "two"):
    study.conditions.create(name=name, instruction=name)
enrolled = [enrol(study) for _ in range(PEOPLE + 1)]
answer_form(enrolled.pop(), FEMALE)
at_once(lambda person: answer_form(person, FEMALE), enrolled)
named = [set(person.conditions) for person in people.all()]
print(json.dumps(sorted(named.count({name}) for name in ("one", "two"))))
"""
CLOSING = """
person = enrol(study)
answer_form(person, FEMALE)
person.refresh_from_db()
begun, closed = Event(), Event()
def begin():
    with transaction.atomic():
        begin_goal(person)
        begun.set()
        closed.wait(0.5)
def close():
    begun.wait()
    close_study(study)
    closed.set()
at_once(lambda work: work(), (begin, close))
print(json.dumps(list(person.dialogues.values_list("ending", flat=True))))
"""
WITHDRAWAL = """
person = enrol(study)
answer_form(person, FEMALE)
run = request_run(study, RunRequest("asker", "answerer", personas="participants"))
assert run.simulations.count() == 10
at_once(lambda _: withdraw(person), range(PEOPLE))
receipts = people.exclude(receipt="").values_list("receipt", flat=True)
personas = study.personas.filter(source="participant").count()
print(json.dumps({"receipts": len(receipts), "personas": personas, "cells": run.simulations.count()}))
"""


@pytest.fixture(scope="module")
def site(racing_site: Installation) -> Installation:
    """Return an installation with the demo study, of which each race has a copy."""
    racing_site.load_demo()
    return racing_site


@pytest.mark.parametrize(
    ("race", "outcome"),
    [
        pytest.param(LAST_SEAT, {"answers": ["enrolled", *["full"] * 5], "rows": 1}, id="last seat"),
        pytest.param(SAME_ID, {"answers": ["enrolled"] * 3 + ["full"] * 3, "rows": 3}, id="same external id"),
        pytest.param(SAME_FORM, {"people": 1, "rows": 1}, id="same consent form"),
        pytest.param(RELEASED_SEAT, {"got in": 2, "free": 0}, id="released seats"),
        pytest.param(LAST_OF_A_QUOTA, {"codes": 2, "away": 4}, id="last seats of a quota"),
        pytest.param(CONDITIONS, [3, 4], id="conditions"),
        pytest.param(SAME_GOAL, {"begun": 1, "following": 1, "rows": 2}, id="same goal"),
        pytest.param(CLOSING, ["left"], id="closing"),
        pytest.param(WITHDRAWAL, {"receipts": 1, "personas": 0, "cells": 0}, id="withdrawal"),
        pytest.param(BRANCHED_AND_LEAVING, LEAVING_OUTCOME, id="branches"),
        pytest.param(CLICKED_TWICE, CLICKED_OUTCOME, id="clicked twice"),
    ],
)
def test_what_many_want_at_once_is_given_once(site: Installation, race: str, outcome: Any) -> None:
    assert json.loads(site.evaluate(SETUP + race)) == outcome
