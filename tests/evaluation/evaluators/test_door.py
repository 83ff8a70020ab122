"""At an evaluation's door: who is let in, and what those read who are not."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from collection.models import Participant
from enrolment import rate_limits
from evaluation.models import Assignment, Evaluation, Evaluator
from tests.collection.factories import make_participant
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree as take_part
from tests.enrolment.visits import agree_to_judge as agree
from tests.enrolment.visits import wait_for_room_in_the_minute
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
    lists = evaluation.assignments.all()
    known = evaluation.pairs.create(role="training", known={"goal": "x"})
    for assignment in lists:
        assignment.showings.create(position=99, pair=known, is_natural_first=True)
    assert "up to 4 pairs" in Client().get(DOOR).text


@pytest.mark.parametrize("agreement", ["", "forged", "eyJ0b2tlbiI6ICJ4In0:1w:abc"])
def test_nobody_enrols_without_the_form_that_says_what_they_agree_to(agreement: str) -> None:
    make_evaluation()
    page = Client().post(f"{DOOR}consent/", {"agreement": agreement})
    assert page.status_code == 422
    assert "Please read this page again" in page.text
    assert not Evaluator.objects.exists()


def test_the_form_of_another_evaluation_or_of_the_study_itself_enrols_nobody() -> None:
    study = make_judged_study()
    make_evaluation(study)
    make_evaluation(study)
    for address in ("/s/demo/judge/2/", "/s/demo/"):
        agreement = Client().get(address).context["agreement"]
        assert Client().post(f"{DOOR}consent/", {"agreement": agreement}).status_code == 422
    assert not Evaluator.objects.exists()


def test_a_form_sent_twice_enrols_once() -> None:
    make_evaluation()
    page = Client().get(DOOR)
    answers = [Client().post(f"{DOOR}consent/", {"agreement": page.context["agreement"]}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{DOOR}start/"] * 2
    assert Evaluator.objects.count() == 1


@pytest.mark.parametrize("address", ["/s/demo/judge/7/", "/s/nowhere/judge/1/", "/s/demo/judge/7/start/"])
def test_an_evaluation_that_does_not_exist_is_a_page_without_a_way_to_the_staff(address: str) -> None:
    make_evaluation()
    page = Client().get(address)
    assert page.status_code == 404
    assert "There is nothing to judge here" in page.text
    assert "Log in" not in page.text
    assert 'href="/"' not in page.text


def test_an_address_below_an_evaluation_that_leads_nowhere_shows_the_way_back_to_it() -> None:
    make_evaluation()
    page = Client().get(f"{DOOR}no/such/page/")
    assert page.status_code == 404
    assert f'href="{DOOR}"' in page.text


def occupy(evaluation: Evaluation) -> None:
    """Somebody judges each list."""
    while evaluation.assignments.filter(evaluator=None).exists():
        make_evaluator(evaluation)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: Evaluation.objects.update(state="planned"), "Judging has not begun yet"),
        (lambda one: Evaluation.objects.update(state="closed"), "Judging is closed"),
        (occupy, "There is no place left"),
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


def test_a_place_that_somebody_has_left_for_long_is_one_that_newcomers_may_have() -> None:
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
        assert "You have taken part in this study already" in page.text
    assert not Evaluator.objects.exists()


def test_who_takes_part_in_the_study_cannot_judge_it_when_the_browser_knows_them() -> None:
    make_evaluation()
    client = Client()
    take_part(client)
    agreement = Client().get(DOOR).context["agreement"]
    for page in (client.get(DOOR), client.post(f"{DOOR}consent/", {"agreement": agreement})):
        assert page.status_code == 403
        assert "You have taken part in this study already" in page.text
    assert not Evaluator.objects.exists()
    Participant.objects.filter(persona=None).update(state=Participant.State.WITHDRAWN)
    assert client.get(DOOR).status_code == 200


def test_who_takes_part_between_agreeing_and_starting_gets_no_place() -> None:
    evaluation = make_evaluation()
    by_link, by_browser = Client(), Client()
    agree(by_link, "?PROLIFIC_PID=5f3a")
    make_participant(evaluation.study, external_id="5f3a")
    agree(by_browser)
    take_part(by_browser)
    for client in (by_link, by_browser):
        page = client.post(f"{DOOR}start/")
        assert page.status_code == 403
        assert "You have taken part in this study already" in page.text
    assert not evaluation.assignments.exclude(evaluator=None).exists()


def test_who_takes_part_in_another_study_may_judge() -> None:
    make_participant(make_judged_study("other"), external_id="5f3a")
    make_evaluation()
    assert agree(Client(), "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}start/"


@pytest.mark.parametrize("query", ["?PROLIFIC_PID=" + "x" * 201, "?PROLIFIC_PID={{%25PROLIFIC_PID%25}}"])
def test_a_broken_link_is_said_to_be_broken_and_enrols_nobody(query: str) -> None:
    make_evaluation()
    for page in (Client().get(f"{DOOR}{query}"), Client().post(f"{DOOR}consent/{query}")):
        assert page.status_code == 400
        assert "This link is broken" in page.text
    assert not Evaluator.objects.exists()


def test_an_evaluation_names_the_parameter_of_its_platform() -> None:
    make_evaluation(external_id_parameter="worker")
    agree(Client(), "?worker=w7&PROLIFIC_PID=5f3a&STUDY_ID=s1")
    evaluator = Evaluator.objects.get()
    assert (evaluator.external_id, evaluator.parameters) == ("w7", {"STUDY_ID": "s1"})


def test_a_script_cannot_take_all_places() -> None:
    make_evaluation()
    wait_for_room_in_the_minute()
    statuses = [agree(Client()).status_code for _ in range(rate_limits.PER_MINUTE + 1)]
    assert statuses == [302] * rate_limits.PER_MINUTE + [429]
    assert Evaluator.objects.count() == rate_limits.PER_MINUTE


def test_a_form_from_a_browser_without_cookies_is_refused_with_the_evaluators_own_way_back() -> None:
    make_evaluation()
    page = Client(enforce_csrf_checks=True).post(f"{DOOR}consent/", {"agreement": "x"})
    assert page.status_code == 403
    assert "only if that accepts cookies" in page.text
    assert f'href="{DOOR}"' in page.text
    elsewhere = Client(enforce_csrf_checks=True).post("/s/demo/consent/", {"agreement": "x"})
    assert 'href="/s/demo/"' in elsewhere.text


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
