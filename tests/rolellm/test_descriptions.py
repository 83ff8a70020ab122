"""Descriptions and catchphrases."""

import pytest

from rolellm.descriptions import parse_catchphrases, split_catchphrases, strip_opening, with_catchphrases


@pytest.mark.parametrize("answer", ["no", "No.", '"no"', "“No”.", "NO", " ", "'no'", "没有。"])
def test_no_is_no_catchphrase(answer) -> None:
    assert parse_catchphrases(answer) == []


@pytest.mark.parametrize(
    ("answer", "phrases"),
    [
        ('"How you doin\'?"', ["How you doin'?"]),
        ('"Savvy?" / "Why is the rum gone?"', ["Savvy?", "Why is the rum gone?"]),
        ("“Elementary” / “Come, Watson”", ["Elementary", "Come, Watson"]),
        ("Savvy? / Ahoy", ["Savvy?", "Ahoy"]),
        ("Nobody knows", ["Nobody knows"]),
        ('"No"/"Never"', ["No", "Never"]),
    ],
)
def test_catchphrases_are_the_quoted_strings_else_what_slashes_separate(answer, phrases) -> None:
    assert parse_catchphrases(answer) == phrases


def test_description_and_catchphrases_are_one_text_as_published() -> None:
    assert with_catchphrases("A pirate.", [], "en") == "A pirate."
    assert with_catchphrases("A pirate.", ["Savvy?"], "en") == 'A pirate. Your catchphrase is: "Savvy?"'
    assert with_catchphrases("A pirate.", ["Savvy?", "Ahoy"], "en") == (
        'A pirate. Your catchphrases are: "Savvy?" / "Ahoy"'
    )
    assert with_catchphrases("勇敢。", ["俺老孙", "我美猴王"], "zh") == "勇敢。常用口头禅是：“俺老孙”、“我美猴王”"


def test_the_beginning_that_the_prompt_asks_for_is_not_stored() -> None:
    assert strip_opening("The character's description is: a pirate.") == "a pirate."
    assert strip_opening("Your description is: You are a pirate.\n") == "You are a pirate."
    assert strip_opening("You are a pirate.") == "You are a pirate."
    assert strip_opening("角色的描述是：该角色很勇敢。") == "该角色很勇敢。"
    assert strip_opening("你的描述是：你很勇敢。") == "你很勇敢。"


@pytest.mark.parametrize(
    ("description", "phrases", "language"),
    [
        ("A pirate.", ["Why is the rum always gone?"], "en"),
        ("A traveller.", ["Fantastic!", "Allons-y!"], "en"),
        ("勇敢。", ["俺老孙", "我美猴王"], "zh"),
        ("He asked: Your catchphrase is: none.", ["Savvy?"], "en"),
        ("A leader.", [], "en"),
    ],
)
def test_the_published_text_is_divided_into_description_and_catchphrases(description, phrases, language) -> None:
    text = with_catchphrases(description, phrases, language)
    assert split_catchphrases(f"{text}\n") == (description, phrases)


@pytest.mark.parametrize(
    "text",
    [
        "A pirate. Your catchphrase is: Savvy?",
        'A pirate. Your catchphrase is: "Savvy?" You like rum.',
        'A pirate. Your catchphrase is: "He said "no" twice"',
    ],
)
def test_a_text_that_would_lose_something_is_not_divided(text) -> None:
    assert split_catchphrases(text) == (text, [])
