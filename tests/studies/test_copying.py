"""A copy of a study contains everything except its people."""

import pytest
from django.utils import timezone

from collection.models import Outcome, Recruitment
from studies.models import Study
from studies.services import copy_study, freeze_study
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_study

pytestmark = pytest.mark.django_db
OWN = {"id", "slug", "title", "frozen_at", "created_at"}


def test_a_copy_has_every_text_and_every_rule() -> None:
    study = make_study()
    Study.objects.filter(pk=study.pk).update(
        welcome="Welcome!",
        consent="I agree.",
        consent_version="7",
        instruction="Ask.",
        persona_template="a person",
        goal_order="shuffled",
        min_turns=2,
        max_turns=9,
        keeps_unread_replies=True,
        guards_natural=True,
    )
    freeze_study(study)
    study.refresh_from_db()
    copy = Study.objects.filter(pk=copy_study(study).pk).values().get()
    assert copy["frozen_at"] is None
    assert {key: value for key, value in copy.items() if key not in OWN} == {
        key: value for key, value in Study.objects.filter(pk=study.pk).values().get().items() if key not in OWN
    }


def test_a_copy_has_the_same_conditions() -> None:
    study = make_study()
    study.conditions.create(
        name="brief", instruction="Be brief.", sampling={"temperature": 0.2}, goals=[2, 1], weight=2
    )
    study.conditions.create(name="as usual")
    copied, originals = copy_study(study).conditions.values(), study.conditions.values()
    drop = {"id", "study_id"}
    assert [{k: v for k, v in row.items() if k not in drop} for row in copied] == [
        {k: v for k, v in row.items() if k not in drop} for row in originals
    ]
    assert not {row["id"] for row in copied} & {row["id"] for row in originals}


def test_a_copy_takes_as_many_participants_but_is_closed_and_without_times() -> None:
    study, now = make_study(), timezone.now()
    quotas = {"gender": {"Female": 10}}
    Recruitment.objects.create(
        study=study, is_open=True, opens_at=now, closes_at=now, seats=20, quotas=quotas, external_id_parameter="pid"
    )
    copy = copy_study(study).recruitment
    assert (copy.is_open, copy.opens_at, copy.closes_at) == (False, None, None)
    assert (copy.seats, copy.quotas, copy.external_id_parameter) == (20, quotas, "pid")


def test_a_copy_ends_as_the_study_does_and_its_people_stay_where_they_are() -> None:
    study = make_study()
    Outcome.objects.create(study=study, kind="completed", text="Thanks!", code="C1", redirect_url="https://x.example/")
    make_natural_dialogue(make_participant(study))
    copy = copy_study(study)
    outcome = copy.outcomes.get()
    assert (outcome.kind, outcome.text, outcome.code, outcome.redirect_url) == (
        "completed",
        "Thanks!",
        "C1",
        "https://x.example/",
    )
    assert (copy.participants.count(), copy.dialogues.count(), copy.personas.filter(source="participant").count()) == (
        0,
        0,
        0,
    )
