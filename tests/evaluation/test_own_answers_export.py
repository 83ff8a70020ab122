"""Exports have the answers to an evaluation's own questions, and a codebook says what they mean."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from evaluation.exports import export_all, export_judgements
from evaluation.models import Evaluation, Presentation
from evaluation.own_codebook import export_own_codebook
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of
from tests.evaluation.test_own_questions import TABLE, TOPIC
from tests.evaluation.test_own_questions import WHOLE as OWN
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def presentations() -> list[Presentation]:
    """One pair has the natural dialogue first, another second; both answers say 4 of the first and 1 of the second."""
    evaluator = make_evaluator(make_evaluation(own_questions=TABLE))
    made = presentations_of(evaluator)[:2]
    for presentation in made:
        make_judgement(presentation, own_answers=OWN)
    return made


def rows(evaluation: Evaluation, **asked: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("".join(export_judgements(evaluation, **asked)))))


def judgement_lines(evaluation: Evaluation, **asked: Any) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in export_judgements(evaluation, "jsonl", **asked)]
    return [line for line in lines if line["record"] == "judgement"]


def test_a_table_names_the_dialogue_and_not_the_side(presentations: list[Presentation]) -> None:
    for row, presentation in zip(rows(presentations[0].pair.evaluation), presentations, strict=True):
        found = (row["own.fluent.natural"], row["own.fluent.simulated"])
        assert found == (("4", "1") if presentation.is_natural_first else ("1", "4"))
        assert row["own.topic"] == "Yes"
    assert {presentation.is_natural_first for presentation in presentations} == {True, False}


def test_free_text_is_exported_only_if_asked_for(presentations: list[Presentation]) -> None:
    evaluation = presentations[0].pair.evaluation
    assert "own.reason" not in rows(evaluation)[0]
    assert rows(evaluation, takes_texts=True)[0]["own.reason"] == "it rambles"
    kept = {name: answer for name, answer in OWN.items() if name != "own.reason"}
    assert judgement_lines(evaluation)[0]["own_answers"] == kept
    assert judgement_lines(evaluation, takes_texts=True)[0]["own_answers"] == OWN


def test_evaluations_with_the_same_question_share_its_column(presentations: list[Presentation]) -> None:
    study = presentations[0].pair.evaluation.study
    other = make_evaluation(study, own_questions=[TOPIC])
    make_judgement(presentations_of(make_evaluator(other))[0], own_answers={"own.topic": "No"})
    found = list(csv.DictReader(StringIO("".join(export_all(study)))))
    assert [(row["own.topic"], row["own.fluent.natural"] != "") for row in found] == [
        ("Yes", True),
        ("Yes", True),
        ("No", False),
    ]


def test_the_codebook_has_a_row_for_each_column_and_is_on_the_page(presentations: list[Presentation]) -> None:
    evaluation = presentations[0].pair.evaluation
    book = list(csv.DictReader(StringIO("".join(export_own_codebook(evaluation)))))
    assert [row["column"] for row in book] == [
        "own.reason",
        "own.fluent.natural",
        "own.fluent.simulated",
        "own.topic",
        "own.why_not",
    ]
    assert (book[1]["asked"], book[3]["answers"], book[0]["free_text"]) == (
        "about the natural dialogue",
        "Yes; No",
        "yes",
    )
    client, page = Client(), "/studies/demo/evaluations/1/"
    client.force_login(make_staff())
    assert f'href="{page}data/codebook.csv"' in client.get(page).text
    answer: Any = client.get(f"{page}data/codebook.csv")
    assert "own.topic" in b"".join(answer.streaming_content).decode()
