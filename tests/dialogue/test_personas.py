"""The persona sentence, the questionnaire and the twenty personas."""

from typing import Any

import pytest

from dialogue.answers import WITHHELD
from dialogue.personas import FEATURES, describe, load_listed, load_questionnaire
from tests.dialogue.references import read_reference

QUESTIONNAIRE = read_reference("questionnaire")
UPSTREAM = read_reference("upstream_personas")
WHOLE = QUESTIONNAIRE["examples"][0]["features"]


def upstream_sentence(persona: dict[str, str]) -> str:
    sentence: str = UPSTREAM["template"]
    for key, value in persona.items():
        sentence = sentence.replace(f"<{key.upper()}>", value)
    return sentence


@pytest.mark.parametrize("example", QUESTIONNAIRE["examples"])
def test_the_sentence_is_the_papers_for_any_subset_of_features(example: dict[str, Any]) -> None:
    assert describe(example["features"]) == example["sentence"]


def test_the_twenty_personas_read_as_in_the_official_configuration() -> None:
    sentences = [describe(persona.features) for persona in load_listed()]
    assert sentences == [upstream_sentence(persona) for persona in UPSTREAM["personas"]]


def test_the_twenty_personas_are_eleven_sentences_with_twenty_codes() -> None:
    listed = load_listed()
    assert len({persona.code for persona in listed}) == len(listed) == 20
    assert len({describe(persona.features) for persona in listed}) == 11


@pytest.mark.parametrize("withheld", FEATURES)
def test_prefer_not_to_say_leaves_the_clause_out(withheld: str) -> None:
    without = {key: value for key, value in WHOLE.items() if key != withheld}
    assert describe(WHOLE | {withheld: WITHHELD}) == describe(without) != describe(WHOLE)


def test_a_withheld_native_language_is_not_taken_for_a_no() -> None:
    assert describe({"native_english": WITHHELD}) == "an individual"


@pytest.mark.parametrize(
    ("race", "sentence"),
    [
        ("White", "a White individual"),
        ("Asian or Pacific Islander", "an Asian or Pacific Islander individual"),
        ("Other", "an Other individual"),
    ],
)
def test_without_an_age_the_article_suits_the_race(race: str, sentence: str) -> None:
    assert describe({"race": race}) == sentence


def test_braces_in_an_answer_stay_text() -> None:
    assert describe({"gender": "{age}"}) == "an individual with a {age} gender identity"


def test_an_unknown_feature_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"Unknown persona feature 'height'\. The sentence uses age, race"):
        describe({"height": "tall"})


def test_the_questionnaire_is_the_papers_form() -> None:
    asked = [(feature.key, feature.label, list(feature.options)) for feature in load_questionnaire()]
    assert asked == [(entry["key"], entry["label"], entry["options"]) for entry in QUESTIONNAIRE["features"]]
    assert [feature.key for feature in load_questionnaire()] == list(FEATURES)


def test_only_minors_are_screened_out() -> None:
    assert {feature.key: feature.screened_out for feature in load_questionnaire() if feature.screened_out} == {
        "age": ("Under 18",)
    }


def test_every_listed_persona_answers_with_options_of_the_form() -> None:
    options = {feature.key: feature.options for feature in load_questionnaire()}
    assert all(value in options[key] for persona in load_listed() for key, value in persona.features.items())
