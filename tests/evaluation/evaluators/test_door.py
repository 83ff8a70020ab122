"""The first page of an evaluation: who may enrol, and the sentences for those who may not."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from collection.models import Participant
from evaluation.models import Assignment, Evaluation, Evaluator
from tests.collection.factories import make_participant
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree as take_part
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_the_welcome_page_says_what_it_is_about_and_shows_the_consent_as_text() -> None:
    make_evaluation(consent="- You **agree**. <script>", consent_version="7b")
    page = Client().get(DOOR).text
    assert "LLM Roleplay: the paper&#x27;s study" in page
    assert "up to 4 pairs" in page
    assert "<li>You <strong>agree</strong>. &lt;script&gt;</li>" in page
    assert "version 7b" in page


def test_pairs_for_practice_are_not_counted_among_those_that_are_judged() -> None:
    evaluation = make_evaluation()
    assignments = evaluation.assignments.all()
    known = evaluation.pairs.create(role="training", known={"goal": "x"})
    for assignment in assignments:
        assignment.presentations.create(position=99, pair=known, is_natural_first=True)
    assert "up to 4 pairs" in Client().get(DOOR).text


def test_the_form_of_another_evaluation_or_of_the_study_itself_enrols_nobody() -> None:
    study = make_judged_study()
    make_evaluation(study)
    make_evaluation(study)
    for address in ("/s/demo/judge/2/", "/s/demo/"):
        agreement = Client().get(address).context["agreement"]
        assert Client().post(f"{DOOR}consent/", {"agreement": agreement}).status_code == 422
    assert not Evaluator.objects.exists()


def occupy(evaluation: Evaluation) -> None:
    """Give every assignment to an evaluator."""
    while evaluation.assignments.filter(evaluator=None).exists():
        make_evaluator(evaluation)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: Evaluation.objects.update(state="planned"), "Judging has not started yet"),
        (lambda one: Evaluation.objects.update(state="closed"), "Judging is closed"),
        (occupy, "No places left"),
    ],
)
def test_an_evaluation_that_takes_nobody_says_why_at_the_door_and_to_a_form_that_comes_too_late(
    change: Any, sentence: str
) -> None:
    evaluation = make_evaluation()
    client = Client()
    agreement = client.get(DOOR).context["agreement"]
    change(evaluation)
    known = Evaluator.objects.count()
    for page in (client.get(DOOR), client.post(f"{DOOR}consent/", {"agreement": agreement})):
        assert page.status_code == 403
        assert sentence in page.text
    assert Evaluator.objects.count() == known


def test_newcomers_may_get_the_assignment_of_an_inactive_evaluator() -> None:
    evaluation = make_evaluation()
    occupy(evaluation)
    Assignment.objects.filter(number=1).update(reserved_until=timezone.now() - timedelta(minutes=1))
    assert Client().get(DOOR).status_code == 200


def test_who_takes_part_in_the_study_cannot_judge_it_when_the_link_names_them() -> None:
    study = make_judged_study()
    make_evaluation(study)
    make_participant(study, external_id="5f3a")
    for page in (Client().get(f"{DOOR}?PROLIFIC_PID=5f3a"), Client().post(f"{DOOR}consent/?PROLIFIC_PID=5f3a")):
        assert page.status_code in (403, 422)
        assert "You have already taken part in this study" in page.text
    assert not Evaluator.objects.exists()


def test_who_takes_part_in_the_study_cannot_judge_it_when_the_browser_knows_them() -> None:
    make_evaluation()
    client = Client()
    take_part(client)
    agreement = Client().get(DOOR).context["agreement"]
    for page in (client.get(DOOR), client.post(f"{DOOR}consent/", {"agreement": agreement})):
        assert page.status_code == 403
        assert "You have already taken part in this study" in page.text
    assert not Evaluator.objects.exists()
    Participant.objects.filter(persona=None).update(state=Participant.State.WITHDRAWN)
    assert client.get(DOOR).status_code == 200


def test_who_takes_part_between_agreeing_and_starting_gets_no_assignment() -> None:
    evaluation = make_evaluation()
    by_link, by_browser = Client(), Client()
    agree(by_link, "?PROLIFIC_PID=5f3a")
    make_participant(evaluation.study, external_id="5f3a")
    agree(by_browser)
    take_part(by_browser)
    for client in (by_link, by_browser):
        page = client.post(f"{DOOR}start/")
        assert page.status_code == 403
        assert "You have already taken part in this study" in page.text
    assert not evaluation.assignments.exclude(evaluator=None).exists()


def test_who_takes_part_in_another_study_may_judge() -> None:
    make_participant(make_judged_study("other"), external_id="5f3a")
    make_evaluation()
    assert agree(Client(), "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}start/"


def test_a_researcher_may_look_at_the_link_but_never_becomes_an_evaluator() -> None:
    evaluation = make_evaluation()
    client = Client()
    client.force_login(make_staff())
    assert "You are logged in as a researcher. You cannot judge here" in client.get(DOOR).text
    page = agree(client)
    assert (page.status_code, Evaluator.objects.count()) == (403, 0)
    assert "log out or use another browser" in page.text
    client.logout()
    assert "logged in as a researcher" not in client.get(DOOR).text
    assert agree(client).status_code == 302
    Evaluation.objects.filter(pk=evaluation.pk).update(is_rehearsed=True)
    rehearsing = Client()
    rehearsing.force_login(User.objects.get())
    assert agree(rehearsing).status_code == 302
