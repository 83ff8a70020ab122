"""The questions of a study: checked before they are stored, and read tolerantly if they were not."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dialogue.personas import load_listed
from studies.questionnaires import check_answers, check_questionnaire, read_features, read_questions
from studies.questions.question import Kind, Placement, Question
from studies.services import paper_questionnaire

AGE = {"key": "age", "label": "Age", "options": ["18 to 24", "25 to 34"]}
TRUST = {"key": "trust", "label": "Trust", "kind": "scale", "low": 1, "high": 5}
YEARS = {"key": "years", "label": "Years", "kind": "number", "low": 0, "high": 99}
SPORTS = {"key": "sports", "label": "Sports", "kind": "multiple", "options": ["golf", "chess", "tennis"]}
REASON = {"key": "reason", "label": "Why?", "kind": "long_text", "shown_if": {"key": "age", "answers": ["18 to 24"]}}
FORM = [AGE, TRUST, YEARS, SPORTS, REASON]


def complaints(check: Any, *values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        check(*values)
    return " ".join(caught.value.messages)


def depends(key: str, on: str, *answers: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "label": key,
        "options": ["Yes", "No"],
        "shown_if": {"key": on, "answers": list(answers)},
    } | more


def test_the_papers_form_and_its_twenty_personas_are_fine() -> None:
    questionnaire = paper_questionnaire()
    check_questionnaire(questionnaire)
    for persona in load_listed():
        check_answers(dict(persona.features), questionnaire)


def test_an_entry_of_an_older_study_is_a_required_single_choice_in_the_persona_form() -> None:
    (question,) = read_questions([AGE])
    assert question == Question("age", "Age", ("18 to 24", "25 to 34"))
    assert (question.kind, question.placement, question.is_required) == (Kind.SINGLE, Placement.PERSONA_FORM, True)


def test_questions_of_every_kind_and_place_can_be_asked() -> None:
    places: list[dict[str, Any]] = [
        {**TRUST, "placement": "after_goal", "low_label": "none", "high_label": "full", "withholdable": False},
        {**REASON, "key": "why_trust", "placement": "after_goal", "shown_if": {"key": "trust", "answers": ["1", "2"]}},
        {**YEARS, "placement": "after_all", "required": False},
    ]
    check_questionnaire([AGE, SPORTS, REASON, *places])
    assert [question.key for question in read_features([AGE, SPORTS, REASON, *places])] == ["age", "sports", "reason"]


@pytest.mark.parametrize(
    ("questionnaire", "sentence"),
    [
        ({}, "must be a list of questions"),
        ("age", "must be a list of questions"),
        ([], "The persona form has no questions. Add at least one."),
        ([{**TRUST, "placement": "before"}], "The persona form has no questions. Add at least one."),
        (["age"], "Question 1 must be an object"),
        ([AGE, {**AGE, "key": "Shoe size"}], "Question 2 must have a key of small letters, digits"),
        ([{**AGE, "key": "a__b"}], "Question 1 must have a key of small letters, digits"),
        ([{**AGE, "key": ["age"]}], "Question 1 must have a key of small letters, digits"),
        ([{**AGE, "key": "state"}], "has the key “state”, which exports use for something else."),
        ([AGE, AGE], "Two questions have the key “age”. Give each question a different key."),
        ([{**AGE, "options": ["18-24", "18\u201124"]}], "Question 1 has the option “18\u201124” twice."),
        ([{**AGE, "label": " "}], "Question 1 must have a label."),
        ([{"key": "age", "label": "Age"}], "Question 1 must have options"),
        ([{**AGE, "options": []}], "Question 1 must have options"),
        ([{**AGE, "options": "18 to 24"}], "Question 1 must have options"),
        ([{**AGE, "options": [18]}], "Question 1 must have options"),
        ([{**AGE, "screened_out": "18 to 24"}], "Question 1 must have a list of strings as screened_out."),
        ([{**AGE, "screened_out": AGE["options"]}], "Question 1 screens all participants out."),
        (
            [{**AGE, "high": 5}],
            "Question 1 has the setting high, which questions of the kind single choice do not have.",
        ),
        ([{**AGE, "colour": "red"}], "Question 1 has the unknown setting 'colour'."),
        ([{**AGE, "kind": "guess"}], "Question 1 must have one of these kinds: single, multiple,"),
        ([{**AGE, "placement": "never"}], "Question 1 must have one of these placements: persona_form,"),
        ([{**AGE, "required": "yes"}], "Question 1 must have true or false as required and withholdable."),
        ([{**TRUST, "low": None}], "Question 1 needs two whole numbers as the ends of its scale"),
        ([{**TRUST, "high": 100}], "Question 1 has a scale of 100 points. Use at most 11."),
        ([{**YEARS, "low": 100}], "Question 1 has the lowest number 100 and the highest 99."),
        ([{**YEARS, "eligible_from": 100}], "Question 1 screens all participants out."),
        ([{**YEARS, "low": "zero"}], "Question 1 must have numbers as low, high"),
        ([AGE, {**YEARS, "eligible_from": 18, "placement": "after_all"}], "but is not in the persona form."),
        ([depends("a", "b", "Yes"), depends("b", "a", "Yes")], "“a” and “b” depend on each other."),
        ([depends("a", "a", "Yes")], "“a” depends on itself."),
        ([depends("a", "age", "18 to 24"), AGE], "“a” depends on “age”, which is not asked before it."),
        (
            [AGE, {**AGE, "key": "b", "placement": "after_goal"}, depends("c", "b", "25 to 34", placement="after_all")],
            "not asked before",
        ),
        ([depends("a", "mood", "good")], "“a” depends on the question “mood”, which does not exist."),
        ([AGE, depends("a", "age", "99")], "depends on the answer “99”, which “age” does not have."),
        ([YEARS, depends("a", "years", "7")], "depends on “years”, which has no listed answers."),
        ([AGE, depends("a", "age")], "depends on “age”, but on no answer. Name at least one."),
        ([AGE, {**SPORTS, "shown_if": "age"}], "must have a key and answers as shown_if"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused_in_words(questionnaire: Any, sentence: str) -> None:
    assert sentence in complaints(check_questionnaire, questionnaire)


def test_every_fault_is_named_at_once() -> None:
    found = complaints(check_questionnaire, ["age", {"key": "race", "label": "", "options": []}])
    assert "Question 1 must be an object" in found
    assert "Question 2 must have a label. Question 2 must have options" in found


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"age": "18 to 24", "trust": 5, "years": 7.5, "sports": ["golf", "chess"], "reason": "Because."},
        {"age": "Prefer not to say", "trust": "Prefer not to say", "years": 0, "sports": "Prefer not to say"},
    ],
)
def test_a_persona_may_have_any_answers_that_the_form_allows_and_lack_any(features: dict[str, Any]) -> None:
    check_answers(features, FORM)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (["25 to 34"], "Features must be an object of answers"),
        (None, "Features must be an object of answers"),
        ({"hat": "none"}, "has no feature 'hat'. Its features are: age, trust, years, sports, reason."),
        (
            {"age": "99"},
            "'99' is not an answer to 'age'. Choose one of the listed answers for “Age”. "
            "Its answers are: 18 to 24; 25 to 34; Prefer not to say.",
        ),
        ({"age": ["18 to 24"]}, "is not an answer to 'age'"),
        ({"trust": 6}, "Choose a point from 1 to 5 for “Trust”."),
        ({"trust": 2.5}, "Choose a point from 1 to 5 for “Trust”."),
        ({"years": 100}, "Enter a number from 0 to 99 for “Years”."),
        ({"years": "seven"}, "Enter a number from 0 to 99 for “Years”."),
        ({"years": True}, "Enter a number from 0 to 99 for “Years”."),
        ({"sports": "golf"}, "Choose among the listed answers for “Sports”."),
        ({"sports": ["golf", "golf"]}, "Choose among the listed answers for “Sports”."),
        ({"sports": ["golf", "Prefer not to say"]}, "choose either “Prefer not to say” or other answers."),
        ({"age": "18 to 24", "reason": "x" * 10_001}, "to at most 10000 characters. It has 10001."),
        (
            {"age": "25 to 34", "reason": "x"},
            "'reason' has an answer, but is asked only if 'age' is answered with 18 to 24.",
        ),
    ],
)
def test_answers_that_the_form_does_not_offer_are_refused_in_words(features: Any, sentence: str) -> None:
    assert sentence in complaints(check_answers, features, FORM)


@pytest.mark.parametrize("questionnaire", [None, {}, "age", 7, ["age"], [{"key": "age"}], [{"key": []}]])
def test_what_makes_no_sense_is_passed_over_when_read(questionnaire: Any) -> None:
    assert read_features(questionnaire) == []


def test_what_makes_sense_beside_it_is_read() -> None:
    assert [feature.key for feature in read_features(["x", {**AGE, "colour": 1}, {"key": "race"}])] == ["age"]
