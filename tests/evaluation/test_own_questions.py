"""Questions that researchers ask about a pair after the paper's: how they are stored, checked, asked and answered."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from evaluation.own_questions import (
    asked_questions,
    check_own_questions,
    counted_answers,
    draft_faults,
    own_page,
    read_own_answers,
    read_own_questions,
    whole_faults,
    write_own_question,
)

REASON: dict[str, Any] = {"key": "reason", "label": "Why?", "kind": "long_text", "withholdable": False, "about": "pair"}
FLUENT: dict[str, Any] = {
    "key": "fluent",
    "label": "How fluent is it?",
    "kind": "scale",
    "low": 1,
    "high": 5,
    "withholdable": False,
    "about": "each",
}
TOPIC: dict[str, Any] = {
    "key": "topic",
    "label": "Did both keep to the topic?",
    "options": ["Yes", "No"],
    "screened_out": [],
    "withholdable": False,
    "about": "pair",
}
WHY_NOT: dict[str, Any] = {
    **REASON,
    "key": "why_not",
    "label": "Where not?",
    "shown_if": {"key": "topic", "answers": ["No"]},
}
HARD: dict[str, Any] = {
    **REASON,
    "key": "hard",
    "label": "What made it hard to tell?",
    "shown_if": {"key": "choice", "answers": ["not_sure"]},
}
TABLE = [REASON, FLUENT, TOPIC, WHY_NOT]
SIDES = {"first": "1st Dialogue", "second": "2nd Dialogue"}
ASKED = asked_questions(read_own_questions(TABLE), SIDES)
NAMES = ["own.reason", "own.fluent.first", "own.fluent.second", "own.topic", "own.why_not"]
WHOLE = {"own.reason": "it rambles", "own.fluent.first": 4, "own.fluent.second": 1, "own.topic": "Yes"}


def test_questions_about_each_dialogue_are_asked_twice_under_two_names() -> None:
    assert [question.key for question in ASKED] == NAMES
    assert ASKED[1].label == "1st Dialogue: How fluent is it?"
    assert ASKED[0].label == "Why?"


def test_stored_questions_are_read_as_they_were_written() -> None:
    check_own_questions(TABLE)
    assert [write_own_question(one) for one in read_own_questions(TABLE)] == TABLE


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("reason", "must be a list of at most 20"),
        ([REASON] * 21, "must be a list of at most 20"),
        ([REASON, REASON], "Two questions have the key “reason”"),
        ([REASON | {"about": "model"}], "Question 1 must be about one of: pair, each."),
        ([FLUENT | {"low": None}], "Question 1 needs two whole numbers"),
        ([WHY_NOT], "depends on the question “topic”, which does not exist"),
        ([WHY_NOT, TOPIC], "which is not asked before it"),
        ([REASON | {"key": "choice"}], "Two questions have the key “choice”"),
        ([HARD | {"shown_if": {"key": "confidence", "answers": ["not_sure"]}}], "which “confidence” does not have"),
        ([TOPIC | {"about": "each"}, WHY_NOT], "“why_not” is asked once, but depends on “topic”"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused_in_words(table: Any, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        check_own_questions(table)


def test_a_condition_about_each_dialogue_looks_at_the_same_dialogue() -> None:
    table = [TOPIC | {"about": "each"}, WHY_NOT | {"about": "each"}]
    check_own_questions(table)
    asked = asked_questions(read_own_questions(table), SIDES)
    assert [one.condition.key if one.condition else "" for one in asked] == [
        "",
        "",
        "own.topic.first",
        "own.topic.second",
    ]


def test_answers_are_read_alike_from_a_browser_and_from_the_database() -> None:
    typed = read_own_answers(ASKED, {name: str(answer) for name, answer in WHOLE.items()} | {"stranger": "x"})
    assert typed == WHOLE
    assert read_own_answers(ASKED, typed) == typed
    with pytest.raises(ValueError, match="must be text"):
        read_own_answers(ASKED, {"own.reason": {"a": 1}})


def test_a_draft_may_lack_answers_but_not_hold_impossible_ones() -> None:
    assert draft_faults(ASKED, {"own.topic": "No"}) == []
    assert draft_faults(ASKED, {"own.topic": "Perhaps"}) == [
        "Choose one of the listed answers for “Did both keep to the topic?”."
    ]
    assert draft_faults(ASKED, {"own.fluent.first": 9}) == [
        "Choose a point from 1 to 5 for “1st Dialogue: How fluent is it?”."
    ]
    long = {"own.reason": "x" * 6000, "own.why_not": "y" * 6000}
    assert draft_faults(ASKED, long) == ["Shorten your answers to at most 10000 characters in total. They have 12000."]


def test_an_answer_lacks_only_what_is_asked_and_required() -> None:
    assert whole_faults(ASKED, WHOLE, {}) == []
    assert whole_faults(ASKED, WHOLE | {"own.topic": "No"}, {}) == ["Write an answer to “Where not?”."]
    assert counted_answers(ASKED, WHOLE | {"own.why_not": "typed, then not asked"}, {}) == WHOLE


def test_a_question_may_depend_on_the_papers() -> None:
    check_own_questions([HARD])
    asked = asked_questions(read_own_questions([HARD]), SIDES)
    assert [one.question.key for one in own_page(asked).asked] == ["own.hard"], "the script shows and hides it"
    assert whole_faults(asked, {}, {"choice": "not_sure"}) == ["Write an answer to “What made it hard to tell?”."]
    assert whole_faults(asked, {}, {"choice": "first"}) == []
    typed = {"own.hard": "They are alike."}
    assert counted_answers(asked, typed, {"choice": "not_sure"}) == typed
    assert counted_answers(asked, typed, {"choice": "first"}) == {}
