"""Own judging questions on the form of an evaluation."""

import pytest
from django.test import Client

from evaluation.models import Evaluation
from studies.models import Study
from tests.evaluation.research.planning import EDIT, NEW, every_run, read, send

pytestmark = pytest.mark.django_db


QUESTION = {
    "questions-TOTAL_FORMS": "2",
    "questions-0-label": "How fluent is it?",
    "questions-0-kind": "scale",
    "questions-0-about": "each",
    "questions-0-low": "1",
    "questions-0-high": "5",
    "questions-0-ORDER": "2",
    "questions-1-label": "Why?",
    "questions-1-kind": "long_text",
    "questions-1-about": "pair",
    "questions-1-is_required": "on",
    "questions-1-ORDER": "1",
}


def test_own_questions_are_stored_in_order_shown_and_read_again(client: Client, study: Study) -> None:
    send(client, NEW, runs=every_run(study), **QUESTION)
    evaluation = Evaluation.objects.get()
    assert [(one["key"], one["about"]) for one in evaluation.own_questions] == [
        ("why", "pair"),
        ("how_fluent_is_it", "each"),
    ]
    page = read(client)
    assert 'How fluent is it? <span class="quiet">about each dialogue, scale, optional</span>' in page
    assert "Model judges answer only the paper’s questions." in page
    stored = evaluation.own_questions
    send(client, EDIT, title="Again", runs=every_run(study))
    evaluation.refresh_from_db()
    assert (evaluation.title, evaluation.own_questions) == ("Again", stored)


def test_own_questions_with_mistakes_store_nothing(client: Client, study: Study) -> None:
    bad = QUESTION | {"questions-0-high": "0", "questions-1-depends_on": "no_such"}
    answer = send(client, NEW, runs=every_run(study), **bad)
    assert answer.status_code == 422
    assert "How fluent is it?: This question has the lowest number 1 and the highest 0." in answer.text
    answer = send(client, NEW, runs=every_run(study), **bad | {"questions-0-high": "5"})
    assert "depends on the question “no_such”, which does not exist" in answer.text
    assert not Evaluation.objects.exists()


def test_typed_questions_are_previewed_before_they_are_stored(client: Client, study: Study) -> None:
    address = "/studies/demo/evaluations/questions/"
    typed = {"questions-INITIAL_FORMS": "0"} | QUESTION
    page = client.post(address, typed).text
    assert (
        page.index("Why?")
        < page.index("1st Dialogue: How fluent is it?")
        < page.index("2nd Dialogue: How fluent is it?")
    )
    assert "highest 0" in client.post(address, typed | {"questions-0-high": "0"}).text
    assert not Evaluation.objects.exists()
