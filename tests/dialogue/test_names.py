"""Names that look the same are the same name."""

import unicodedata

import pytest

from dialogue.names import hidden_characters, plain_name, repeated_name

ALIKE = [
    "gpt-4\u200b",
    "\ufeffgpt-4",
    "gpt\u00ad-4",
    "gpt-\u200d4",
    "gpt-\u20604",
    "\u202agpt-4\u202c",
    "gpt-4\ufe0f",
    "gpt-4\u034f",
    "g\u3164pt-4",
    "gpt-4\U000e0067",
    "gpt-4\x00",
    "\u00a0gpt-4 ",
    "gpt\u20104",
    "gpt\u20114",
    "gpt\u20124",
    "gpt\u20134",
    "gpt\u22124",
    "gpt\uff0d4",
    "gpt\ufe634",
]


@pytest.mark.parametrize("name", ALIKE, ids=lambda name: name.encode("unicode_escape").decode())
def test_what_nobody_sees_and_hyphens_that_look_alike_make_no_other_name(name: str) -> None:
    assert plain_name(name) == "gpt-4"
    assert repeated_name(["mixtral", "gpt-4", name]) == name


@pytest.mark.parametrize("space", "\t\n\r\v\f\x1c\x85\u00a0\u1680\u2003\u2009\u2028\u202f\u205f\u3000")
def test_any_white_space_is_one_space(space: str) -> None:
    assert plain_name(f"{space}llama{space}{space}2 ") == "llama 2"


def test_accents_may_be_typed_in_two_ways() -> None:
    assert plain_name(unicodedata.normalize("NFD", "Größe é")) == plain_name("Größe é") == "Größe é"


def test_composing_goes_on_behind_what_is_taken_out() -> None:
    assert plain_name("e\u200b\u0301") == "é"


@pytest.mark.parametrize(
    "name", ["gpt-4", "GPT-4", "gpt_4", "gpt—4", "gpt4", "gpt 4", "模型-4", "naïve", "naive", "½", "ﬁ"]
)
def test_what_people_read_as_another_name_stays_one(name: str) -> None:
    assert plain_name(name) == name


def test_a_sentence_can_name_what_nobody_sees() -> None:
    assert hidden_characters("gpt\u200b-4\x00") == "U+200B ZERO WIDTH SPACE, U+0000 CONTROL CHARACTER"
    assert hidden_characters("gpt-4") == ""


def test_different_names_repeat_none() -> None:
    assert repeated_name(["gpt-4", "gpt-5", "GPT-4"]) is None
