"""Rates are hidden until a researcher requests them, with intervals and agreement."""

from typing import Any

import pytest
from django.test import Client

from evaluation.models import Evaluation, Judgement
from evaluation.planning.opening import close_evaluation
from evaluation.research.own_results import read_own_results
from evaluation.research.results import read_results
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.evaluation.test_own_questions import TABLE

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/evaluations/1/"
RATES = f"{PAGE}rates/"


@pytest.fixture
def evaluation() -> Evaluation:
    """Eight pairs, all judged: mixtral is never detected, gpt-4 always except once, when an evaluator was not sure."""
    evaluation = make_evaluation(make_judged_study())
    for _ in range(2):
        for presentation in presentations_of(make_evaluator(evaluation)):
            make_judgement(presentation, detected=presentation.pair.model == "gpt-4", confidence="confident")
    unsure = evaluation.pairs.filter(model="gpt-4")[0].judgements.get()
    unsure.choice, unsure.confidence = "not_sure", "somewhat confident"
    unsure.save()
    return evaluation


def read(client: Client, address: str, **headers: Any) -> str:
    return " ".join(client.get(address, headers=headers).text.split())


def test_no_rate_is_on_the_page_before_it_is_requested(client: Client, evaluation: Evaluation) -> None:
    page = read(client, PAGE) + read(client, f"{PAGE}live/")
    assert "to keep the evaluation blind" in page
    assert not [words for words in ("Undetected", "Very confident", "62.5%", "100.0%", "alpha") if words in page]


def test_rates_come_by_model_and_over_all_with_intervals(client: Client, evaluation: Evaluation) -> None:
    page = read(client, RATES, **{"HX-Request": "true"})
    assert "<html" not in page
    assert row("mixtral", "100.0%", "51.0 to 100.0%", 4, 0, 4, 0, 0, 4, 0) in page
    assert row("gpt-4", "25.0%", "4.6 to 69.9%", 4, 3, 0, 1, 1, 3, 0) in page
    assert row("All models", "62.5%", "30.6 to 86.3%", 8, 3, 4, 1, 1, 7, 0) in page
    assert "Report the mixed model" in page


def row(model: str, percent: str, *cells: object) -> str:
    found = "".join(f' <td class="number">{cell}</td>' for cell in cells[:5])
    levels = "".join(f'<td class="number">{cell}</td>' for cell in cells[5:])
    return f'<th scope="row">{model}</th> <td class="number"><strong>{percent}</strong></td>{found} {levels}'


def test_without_scripts_the_rates_are_a_page_of_their_own(client: Client, evaluation: Evaluation) -> None:
    assert "<h1>Rates</h1>" in read(client, RATES)


def test_synthetic_judgements_are_labelled(client: Client, evaluation: Evaluation) -> None:
    assert "They are not results." not in read(client, RATES)
    Evaluation.objects.update(is_rehearsed=True)
    assert "They are not results." in read(client, RATES)
    assert "synthetic data for trying out the software" in read(client, PAGE)


def test_without_judgements_there_is_nothing_to_show(client: Client) -> None:
    make_evaluation()
    assert "No judgements yet." in read(client, RATES)


def test_rates_can_leave_out_flagged_evaluators(client: Client, evaluation: Evaluation) -> None:
    evaluation.evaluators.filter(number=2).update(flag="Clicked at random.")
    assert "4 judgements of flagged evaluators are included." in read(client, RATES)
    page = read(client, f"{RATES}?without=flagged")
    assert "4 judgements of flagged evaluators are left out." in page
    assert read_results(evaluation, without_flagged=True).judged == 4


def test_drafts_checks_and_the_withdrawn_are_in_no_rate(evaluation: Evaluation) -> None:
    first, second = evaluation.pairs.filter(model="mixtral")[:2]
    first.judgements.update(submitted_at=None)
    second.withdrawn_at = evaluation.created_at
    second.save()
    assert [(line.model, line.judged) for line in read_results(evaluation).lines] == [
        ("gpt-4", 4),
        ("mixtral", 2),
        ("All models", 6),
    ]


def test_agreement_is_shown_where_several_judge_a_pair(client: Client) -> None:
    evaluation = make_evaluation(judges_per_pair=2)
    first, second = (make_evaluator(evaluation) for _ in range(2))
    assert "Agreement" not in read(client, RATES)
    for presentation, detected in zip(presentations_of(first), (True, True, False, False), strict=True):
        make_judgement(presentation, detected=detected)
    assert "Not defined yet" in read(client, RATES)
    for presentation, detected in zip(presentations_of(first), (True, False, False, False), strict=True):
        again = second.assignments.get().presentations.create(
            position=10 + presentation.position,
            pair=presentation.pair,
            is_natural_first=not presentation.is_natural_first,
        )
        make_judgement(again, detected=detected)
    page = read(client, RATES)
    assert "is <strong>0.533</strong> over 4 pairs that at least two evaluators have judged" in page


def test_agreement_is_no_matter_where_one_judges_a_pair(client: Client, evaluation: Evaluation) -> None:
    assert "Agreement" not in read(client, RATES)


def test_own_questions_are_counted_by_model_and_by_the_dialogue_that_they_are_about(
    client: Client, evaluation: Evaluation
) -> None:
    evaluation.own_questions = TABLE
    evaluation.save()
    for judgement in Judgement.objects.select_related("presentation", "pair"):
        natural, simulated = ("first", "second") if judgement.presentation.is_natural_first else ("second", "first")
        is_gpt = judgement.pair.model == "gpt-4"
        judgement.own_answers = {
            f"own.fluent.{natural}": 5,
            f"own.fluent.{simulated}": 1 if is_gpt else 2,
            "own.topic": "Yes",
        }
        judgement.save()
    tables = {table.title: table for table in read_own_results(evaluation)}
    assert tables["How fluent is it? (natural dialogue)"].headings == ["Answers", "Mean", "1", "2", "3", "4", "5"]
    assert dict(tables["How fluent is it? (simulated dialogue)"].lines) == {
        "gpt-4": ["4", "1.00", "4", "0", "0", "0", "0"],
        "mixtral": ["4", "2.00", "0", "4", "0", "0", "0"],
        "All models": ["8", "1.50", "4", "4", "0", "0", "0"],
    }
    assert dict(tables["Did both keep to the topic?"].lines)["All models"] == ["8", "8", "0"]
    assert dict(tables["Why?"].lines)["All models"] == ["0"]
    page = read(client, RATES)
    assert "How fluent is it? (natural dialogue)" in page
    assert '<th scope="row">mixtral</th><td class="number">4</td><td class="number">2.00</td>' in page
    close_evaluation(evaluation)
    assert 'How fluent is it? (simulated) <span dir="auto">2</span>' in read(client, f"{PAGE}pairs/")
