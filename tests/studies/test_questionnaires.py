"""The persona form of a study: checked before it is stored, and read tolerantly if it was not."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dialogue.personas import load_listed
from studies.questionnaires import check_answers, check_questionnaire, read_features
from studies.services import paper_questionnaire

AGE = {"key": "age", "label": "Age", "options": ["18 to 24", "25 to 34"]}


def complaints(check: Any, *values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        check(*values)
    return " ".join(caught.value.messages)


def test_the_papers_form_and_its_twenty_personas_are_fine() -> None:
    questionnaire = paper_questionnaire()
    check_questionnaire(questionnaire)
    for persona in load_listed():
        check_answers(dict(persona.features), questionnaire)


@pytest.mark.parametrize(
    ("questionnaire", "sentence"),
    [
        ({}, "must be a list of features"),
        ([], "must be a list of features"),
        ("age", "must be a list of features"),
        (["age"], "Feature 1 must be an object"),
        ([AGE, {**AGE, "key": "shoe_size"}], "Feature 2 must have one of these keys"),
        ([{**AGE, "key": ["age"]}], "Feature 1 must have one of these keys"),
        ([AGE, AGE], "The feature 'age' occurs twice."),
        ([{**AGE, "options": ["18-24", "18\u201124"]}], "The option '18\u201124' occurs twice."),
        ([{**AGE, "label": " "}], "Feature 1 must have a label."),
        ([{"key": "age", "label": "Age"}], "Feature 1 must have options"),
        ([{**AGE, "options": []}], "Feature 1 must have options"),
        ([{**AGE, "options": "18 to 24"}], "Feature 1 must have options"),
        ([{**AGE, "options": [18]}], "Feature 1 must have options"),
        ([{**AGE, "screened_out": "18 to 24"}], "Feature 1: screened_out must be a list of strings"),
    ],
)
def test_a_form_that_the_sentence_cannot_use_is_refused_in_words(questionnaire: Any, sentence: str) -> None:
    assert sentence in complaints(check_questionnaire, questionnaire)


def test_every_fault_is_named_at_once() -> None:
    found = complaints(check_questionnaire, ["age", {"key": "race", "label": "", "options": []}])
    assert "Feature 1 must be an object" in found
    assert "Feature 2 must have a label. Feature 2 must have options" in found


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (["25 to 34"], "Features must be an object of answers"),
        (None, "Features must be an object of answers"),
        ({"hat": "none"}, "The study's questionnaire has no feature 'hat'. Its features are: age."),
        ({"age": "99"}, "'99' is not an option of 'age'. Choose from: 18 to 24; 25 to 34."),
        ({"age": ["18 to 24"]}, "is not an option of 'age'"),
    ],
)
def test_answers_that_the_form_does_not_offer_are_refused_in_words(features: Any, sentence: str) -> None:
    assert sentence in complaints(check_answers, features, [AGE])


def test_questions_may_be_left_unanswered() -> None:
    check_answers({}, [AGE])


@pytest.mark.parametrize("questionnaire", [None, {}, "age", 7, ["age"], [{"key": "age"}], [{"key": []}]])
def test_what_makes_no_sense_is_passed_over_when_read(questionnaire: Any) -> None:
    assert read_features(questionnaire) == []


def test_what_makes_sense_beside_it_is_read() -> None:
    assert [feature.key for feature in read_features(["x", AGE, {"key": "race"}])] == ["age"]
