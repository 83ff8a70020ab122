"""Judged pairs are browsed once their evaluation is closed, with both sides, everybody's answers, and the named utterances."""

import re

import pytest
from django.test import Client

from evaluation.models import Evaluation, Judgement, Pair
from evaluation.planning.opening import close_evaluation
from studies.annotations import exclude_dialogue
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


def read(client: Client, query: str = "", page: str = PAGE) -> str:
    return " ".join(client.get(f"{page}?{query}").text.split())


def heat(page: str) -> list[list[tuple[str, str]]]:
    """Return the rows of the heat map: the shades and counts of "none" and of each utterance."""
    rows = page.split('class="heat"')[1].split("</table>")[0].split("<tr>")[2:]
    return [re.findall(r'heat-(\d)">(\d+)<', row) for row in rows]


def test_pairs_are_filtered_by_answer_confidence_and_inquirer_and_lead_to_both_dialogues(
    client: Client, evaluation: Evaluation
) -> None:
    close_evaluation(evaluation)
    assert "8 judgements of 8 pairs" in read(client)
    assert "4 judgements of 4 pairs" in read(client, "outcome=simulated")
    assert "4 judgements of 4 pairs" in read(client, "outcome=undetected&confidence=confident")
    assert "3 judgements of 3 pairs" in read(client, "outcome=natural&inquirer=mixtral")
    assert "No judged pair matches the filter." in read(client, "outcome=natural&inquirer=gpt-4")
    assert "No judged pair matches the filter." in read(client, "confidence=very+confident")
    assert "8 judgements of 8 pairs" in read(client, "outcome=odd&inquirer=odd&confidence=odd&evaluation=9&page=x")
    page = read(client, "outcome=not+sure")
    pair = evaluation.pairs.get(judgements__choice="not_sure")
    assert f'href="{PAGE}{pair.token}/"' in page
    assert "<strong>not sure</strong>, confident" in page


def test_a_heat_map_counts_the_named_utterances_of_each_inquirer(client: Client, evaluation: Evaluation) -> None:
    close_evaluation(evaluation)
    one, other = Judgement.objects.filter(pair__model="gpt-4")[:2]
    Judgement.objects.filter(pk=one.pk).update(utterance_number=0)
    Judgement.objects.filter(pk=other.pk).update(utterance_number=2)
    page = read(client)
    assert heat(page) == [[("1", "1"), ("2", "2"), ("1", "1")], [("0", "0"), ("4", "3"), ("0", "0")]]
    assert page.index("artificial dialogue") < page.index("natural dialogue")


def test_a_pair_shows_what_evaluators_read_and_who_named_which_utterance(
    client: Client, evaluation: Evaluation
) -> None:
    close_evaluation(evaluation)
    pair = evaluation.pairs.filter(model="gpt-4")[0]
    assert pair.natural
    assert pair.simulated
    page = read(client, page=f"{PAGE}{pair.token}/")
    assert page.count("named by 1 of 1") == page.count("named-4") == 1
    natural, simulated = page.split("<tbody>")[1].split("<td>")[1:3]
    assert "named by" not in natural
    assert "named by" in simulated
    assert pair.natural.goal.text in page
    both = f"/studies/demo/side-by-side/?dialogue={pair.natural.token}&amp;dialogue={pair.simulated.token}"
    assert f'href="{both}"' in page


def test_a_pair_whose_person_has_withdrawn_says_so(client: Client, evaluation: Evaluation) -> None:
    close_evaluation(evaluation)
    pair = evaluation.pairs.all()[0]
    Pair.objects.filter(pk=pair.pk).update(natural=None)
    answer = client.get(f"{PAGE}{pair.token}/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "their participant has withdrawn" in answer.text
    assert client.get(f"{PAGE}unknown/").status_code == 404


def test_the_pairs_of_all_closed_evaluations_are_browsed_together(client: Client, evaluation: Evaluation) -> None:
    everything = "/studies/demo/evaluations/pairs/"
    assert "No evaluation is closed yet." in read(client, page=everything)
    close_evaluation(evaluation)
    assert "8 judgements of 8 pairs in all closed evaluations" in read(client, page=everything)
    only = read(client, "evaluation=1&outcome=simulated", everything)
    assert "4 judgements of 4 pairs in evaluation 1</p>" in only


def test_pairs_with_excluded_dialogues_are_left_out_and_counted(client: Client, evaluation: Evaluation) -> None:
    close_evaluation(evaluation)
    pair = evaluation.pairs.filter(model="gpt-4")[0]
    assert pair.simulated
    exclude_dialogue(pair.simulated, "Cut off.", None)
    page = read(client)
    assert "7 judgements of 7 pairs" in page
    assert "1 judgement is left out here and in all results" in page


def test_an_open_evaluation_stays_blind(client: Client, evaluation: Evaluation) -> None:
    for page in (PAGE, f"{PAGE}{evaluation.pairs.all()[0].token}/"):
        answer = client.get(page, follow=True)
        assert answer.redirect_chain == [("/studies/demo/evaluations/1/", 302)]
        assert "once the evaluation is closed" in answer.text
        assert "Browse judged pairs" not in answer.text
    close_evaluation(evaluation)
    assert "Browse judged pairs" in client.get("/studies/demo/evaluations/1/").text
