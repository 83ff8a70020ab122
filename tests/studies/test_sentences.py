"""The persona sentence of a study: checked against its questions, and sampled for the preview."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studies.questionnaires import read_questions
from studies.questions.question import Question
from studies.questions.sentences import check_template, sample_sentences, write_sentence
from studies.services import paper_questionnaire
from tests.collection.questions import FEATURES, FORM, SENTENCE, TEMPLATE

QUESTIONS = read_questions(FORM)


def test_a_template_that_the_questions_can_fill_is_fine_and_an_empty_one_is_the_papers() -> None:
    check_template(TEMPLATE, QUESTIONS)
    check_template("", QUESTIONS)
    assert write_sentence(TEMPLATE, FEATURES) == SENTENCE
    assert write_sentence(" ", {"gender": "Male"}) == "an individual with a Male gender identity"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{[height]}", "names [height], but no question has this key."),
        ("{[mood]}", "names [mood], which is not asked in the persona form. Move the question there."),
        ("{[level: Expert = pro; beginner = new]}", "has words for “Expert”, which is not an answer to [level]."),
        (
            "{[level: expert = a pro]}",
            "has no words for the answer “beginner” to [level]. Add them, or words for all others.",
        ),
        ("{[age: 18 = young]}", "has words for single answers to [age], which has no listed answers. Remove them."),
        ("[age]", "cannot be read: [age] is not in braces."),
        ("x" * 5001, "has 5001 characters. Keep it to 5000."),
    ],
)
def test_a_template_that_they_cannot_fill_is_refused_in_a_sentence(template: str, sentence: str) -> None:
    mood = {"key": "mood", "label": "Mood", "options": ["good"], "placement": "before"}
    with pytest.raises(ValidationError) as caught:
        check_template(template, read_questions([*FORM, mood]))
    assert sentence in " ".join(caught.value.messages)


def test_few_combinations_are_shown_completely_without_answers_that_are_not_asked() -> None:
    samples = sample_sentences("a{ [level]} person{ who plays [sports]}", QUESTIONS)
    assert samples.is_complete
    sentences = {sample.sentence for sample in samples.listed}
    assert {"a person", "a person who plays golf", "a expert person who plays golf and chess"} <= sentences
    assert "a expert person who plays golf" not in sentences


def test_a_clause_is_shown_whose_question_depends_on_one_that_the_sentence_does_not_name() -> None:
    samples = sample_sentences("a{ [level]} person", QUESTIONS)
    sentences = {sample.answers: sample.sentence for sample in samples.listed}
    assert sentences["chess; expert"] == "a expert person"
    assert sentences["golf"] == "a person"


def test_of_many_combinations_each_answer_is_shown_once_each_alone_and_each_missing() -> None:
    questions = read_questions(paper_questionnaire())
    samples = sample_sentences("", questions)
    shown = {sample.answers for sample in samples.listed}
    assert (samples.is_complete, samples.combinations) == (False, 8 * 7 * 5 * 10 * 3)
    assert "no answers" in shown
    for question in questions:
        options = [option for option in question.options if option != "Prefer not to say"]
        assert all(any(option in answers.split("; ") for answers in shown) for option in options)
        assert options[0] in shown


def test_a_text_stands_in_the_sample_by_its_question() -> None:
    question: Any = Question("job", "Your work", kind=read_questions(FORM)[-1].kind)
    assert sample_sentences("{[job]}", [question]).listed[0].sentence == "(Your work)"
