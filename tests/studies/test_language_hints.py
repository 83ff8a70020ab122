"""Hints at texts in another language than the study's."""

import pytest

from dialogue import goals
from studies.language_hints import language_hints, likely_language
from studies.languages import TRANSLATED
from studies.models import Study
from studies.services import paper_questionnaire
from studies.texts import DEFAULTS


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_default_text_is_recognised(language: str) -> None:
    assert {name: likely_language(default(language)) for name, default in DEFAULTS.items()} == dict.fromkeys(
        DEFAULTS, language
    )


@pytest.mark.parametrize(
    "text",
    ["", "Bonjour à tous", "42", "def f(): return 1", "東京の天気を知りたい。", "مرحبا", "Die, the and der", "Hello!"],
)
def test_what_is_unclear_or_in_a_language_that_is_not_known_is_left_alone(text: str) -> None:
    assert likely_language(text) == ""


@pytest.mark.django_db
def test_parts_in_another_language_are_named_and_those_in_its_own_are_not() -> None:
    texts = {name: default("de") for name, default in DEFAULTS.items()}
    study = Study.objects.create(
        slug="tuer", chatbot="tiny", language="de", questionnaire=paper_questionnaire(), **texts
    )
    for goal in goals.load_listed():
        study.goals.create(number=goal.number, domain=goal.domain, text=goal.text)
    assert language_hints(study) == [
        "These parts seem to be in English, but the study is in German: goals, questions. People see "
        "them as you write them."
    ]
    study.language = "en-gb"
    assert "in German, but the study is in English: welcome, consent, instruction." in language_hints(study)[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "slot", "word"),
    [("de", "sports", "und"), ("zh-hans", "sports", "、"), ("de", "sports, und", ""), ("en-gb", "sports", "")],
)
def test_a_persona_sentence_that_joins_answers_with_an_english_word_is_named(
    language: str, slot: str, word: str
) -> None:
    sports = {"key": "sports", "label": "?", "kind": "multiple", "options": ["1", "2"]}
    study = Study.objects.create(
        chatbot="tiny", language=language, questionnaire=[sports], persona_template=f"1{{ [{slot}]}}"
    )
    assert [f"[sports, {word}]" in hint for hint in language_hints(study) if "before the last" in hint] == [
        True
    ] * bool(word)
