"""Judged pairs are browsed once their evaluation is closed, with both sides and everybody's answers."""

import pytest
from django.test import Client

from evaluation.models import Evaluation
from evaluation.planning.opening import close_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/evaluations/1/pairs/"


@pytest.fixture
def evaluation() -> Evaluation:
    """Eight pairs, all judged: gpt-4 is always detected, of mixtral one pair is not sure and the others are undetected."""
    evaluation = make_evaluation()
    for _ in range(2):
        for presentation in presentations_of(make_evaluator(evaluation)):
            make_judgement(presentation, detected=presentation.pair.model == "gpt-4", confidence="confident")
    unsure = evaluation.pairs.filter(model="mixtral")[0].judgements.get()
    unsure.choice = "not_sure"
    unsure.save()
    return evaluation


def read(client: Client, query: str = "") -> str:
    return " ".join(client.get(f"{PAGE}?{query}").text.split())


def test_pairs_are_filtered_by_answer_and_model_and_lead_to_both_dialogues(
    client: Client, evaluation: Evaluation
) -> None:
    close_evaluation(evaluation)
    assert "8 pairs" in read(client)
    assert "4 pairs" in read(client, "outcome=simulated")
    assert "3 pairs" in read(client, "outcome=natural&model=mixtral")
    assert "No judged pair has these." in read(client, "outcome=natural&model=gpt-4")
    assert "8 pairs" in read(client, "outcome=odd&model=odd&page=x")
    page = read(client, "outcome=not+sure")
    pair = evaluation.pairs.get(judgements__choice="not_sure")
    assert pair.natural
    assert pair.simulated
    both = f"/studies/demo/side-by-side/?dialogue={pair.natural.token}&amp;dialogue={pair.simulated.token}"
    assert f'href="{both}"' in page
    assert "<strong>not sure</strong>, confident" in page


def test_an_open_evaluation_stays_blind(client: Client, evaluation: Evaluation) -> None:
    answer = client.get(PAGE, follow=True)
    assert answer.redirect_chain == [("/studies/demo/evaluations/1/", 302)]
    assert "once the evaluation is closed" in answer.text
    assert "Browse judged pairs" not in answer.text
    close_evaluation(evaluation)
    assert "Browse judged pairs" in client.get("/studies/demo/evaluations/1/").text
