"""The page of a planned evaluation: the plan, and what can be done with it before it is opened."""

import pytest
from django.test import Client

from evaluation.models import Evaluation
from studies.models import Study
from tests.evaluation.factories import make_evaluation
from tests.evaluation.research.planning import EDIT, PAGE, read

pytestmark = pytest.mark.django_db


def test_the_plan_is_shown_before_anything_is_stored(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=8)
    page = read(client)
    for words, count in {
        "Natural dialogues": 8,
        "Pairs": 16,
        "Judgements in total": 16,
        "Evaluators needed": 2,
    }.items():
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page
    assert "2 assignments of 8 pairs" in page
    assert '<th scope="row">mixtral</th><td class="number">8</td>' in page
    assert not Evaluation.objects.get().pairs.exists()


def test_what_is_left_out_is_said_with_its_reason(client: Client, study: Study) -> None:
    study.dialogues.filter(kind="natural", goal__number=1).update(ending="left")
    make_evaluation(study, state="planned")
    assert "4 natural dialogues: abandoned by the participant." in read(client)


def test_a_plan_that_cannot_be_opened_says_why_and_offers_no_button(client: Client, study: Study) -> None:
    study.dialogues.filter(kind="natural").update(ending="left")
    make_evaluation(study, state="planned")
    page = read(client)
    assert 'class="notice error"' in page
    assert "Open evaluation" not in page
    client.post(PAGE, {"action": "open"})
    assert Evaluation.objects.get().is_planned


def test_a_plan_without_assignments_shows_no_empty_numbers(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=300)
    page = read(client)
    assert "An evaluator may see only one pair of each natural dialogue." in page
    assert not [words for words in ("Evaluators needed", "Per assignment", "Natural 1st") if words in page]


def test_a_plan_is_opened_from_its_page(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=8)
    page = client.post(PAGE, {"action": "open"}, follow=True).text
    assert "The evaluation is open. Share the link below." in page
    assert 'value="http://testserver/s/demo/judge/1/"' in page
    assert Evaluation.objects.get().pairs.count() == 16


def test_a_plan_is_deleted_and_an_opened_one_is_not(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned")
    assert client.post(PAGE, {"action": "delete"}).headers["Location"] == "/studies/demo/judge/"
    assert not Evaluation.objects.exists()
    make_evaluation(study)
    assert "it cannot be deleted" in client.post(PAGE, {"action": "delete"}, follow=True).text
    assert Evaluation.objects.exists()


def test_the_studys_page_lists_its_evaluations(client: Client, study: Study) -> None:
    assert "plan an evaluation" in read(client, "/studies/demo/judge/")
    make_evaluation(study, title="Pilot", state="planned")
    make_evaluation(study)
    page = read(client, "/studies/demo/judge/")
    assert f'<a href="{PAGE}"><strong>Pilot</strong></a> <span class="state paused">planned</span>' in page
    assert "0 of 16 judged" in page


def test_what_does_not_exist_is_not_found(client: Client, study: Study) -> None:
    for address in (PAGE, EDIT, "/studies/nope/evaluations/new/"):
        assert client.get(address).status_code == 404
