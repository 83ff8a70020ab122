"""A persona form of the study's own: every kind of question, conditions, screening, quotas and the sentence."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collection.models import Participant, Recruitment
from collection.participation.eligibility import filled_quotas
from collection.participation.goals import begin_goal
from studies.models import Study
from studies.services import copy_study
from tests.collection.factories import make_open_study
from tests.collection.questions import ANSWERS, FEATURES, FORM, SENTENCE, TEMPLATE

pytestmark = pytest.mark.django_db
State = Participant.State


@pytest.fixture
def study() -> Study:
    return make_open_study(questionnaire=FORM, persona_template=TEMPLATE)


def answer(study: Study, **answers: Any) -> Any:
    """Agree in a new browser, and send the form."""
    client = Client()
    page = client.get(f"/s/{study.slug}/").text
    agreement = page.split('name="agreement" value="')[1].split('"')[0]
    client.post(f"/s/{study.slug}/consent/", {"agreement": agreement})
    return client.post(f"/s/{study.slug}/form/", ANSWERS | answers)


@pytest.mark.usefixtures("scripted_models")
def test_answers_of_every_kind_are_stored_as_what_they_are_and_make_the_sentence(study: Study) -> None:
    answer(study)
    participant = Participant.objects.get()
    assert participant.persona is not None
    assert participant.persona.features == FEATURES
    dialogue = begin_goal(participant)
    assert dialogue is not None
    assert dialogue.persona_sentence == SENTENCE
    copy = copy_study(study)
    assert (copy.questionnaire, copy.persona_template) == (FORM, TEMPLATE)


def test_an_answer_to_a_question_that_is_not_asked_is_dropped_and_an_optional_one_may_be_missing(study: Study) -> None:
    answer(study, sports=["golf"], level="expert", job="")
    assert Participant.objects.get().persona.features == {"age": 30, "sports": ["golf"], "trust": 4}  # type: ignore[union-attr]


def test_each_kind_of_question_may_be_withheld_if_it_offers_that(study: Study) -> None:
    said = {"age-withheld": "yes", "age": "", "sports": "Prefer not to say", "trust": "Prefer not to say", "level": ""}
    answer(study, **said, **{"job-withheld": "yes"})
    withheld = "Prefer not to say"
    assert Participant.objects.get().persona.features == dict.fromkeys(["age", "sports", "trust", "job"], withheld)  # type: ignore[union-attr]


def test_mistakes_are_named_beside_their_question_and_entries_are_kept(study: Study) -> None:
    page = answer(study, age="old", trust="6", level="", job="x" * 201)
    assert page.status_code == 422
    for sentence in (
        "Enter a number from 0 to 120 for “Age”.",
        "Choose a point from 1 to 5 for “Do you trust chatbots?”.",
        "Choose an answer for “Level”.",
        "Shorten your answer to “Your work” to at most 200 characters. It has 201.",
    ):
        assert page.text.count(sentence) == 2  # summed up on top, and beside the field
    assert f'value="{"x" * 201}"' in page.text
    assert 'value="chess" checked' in page.text
    assert Participant.objects.get().state == State.ENROLLED


def test_a_number_outside_its_limits_of_eligibility_screens_out(study: Study) -> None:
    assert answer(study, age="17")["Location"] == "/s/demo/end/"
    assert (Participant.objects.get().state, Participant.objects.get().persona) == (State.SCREENED_OUT, None)


def test_a_quota_counts_everyone_who_chose_its_option_among_several(study: Study) -> None:
    Recruitment.objects.update(quotas={"sports": {"chess": 1}})
    assert answer(study, sports=["golf"])["Location"] == "/s/demo/start/"
    assert answer(study)["Location"] == "/s/demo/start/"
    assert answer(study, sports=["chess"])["Location"] == "/s/demo/end/"
    assert filled_quotas(Recruitment.objects.get(), timezone.now()) == {"sports": {"chess": 1}}
