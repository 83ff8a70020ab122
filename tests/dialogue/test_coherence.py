"""Algorithm 2, compared with the official implementation."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.coherence import is_incoherent, is_repetitive
from tests.dialogue.references import read_reference

WORDS = st.lists(st.sampled_from(["bear", "bee", "honey"]), max_size=40)


@pytest.mark.parametrize("case", read_reference("upstream_parity_sample")["coherence"])
def test_verdicts_are_those_of_the_official_implementation(case: dict[str, Any]) -> None:
    assert is_incoherent(case["text"], case["max_n"], case["repeats"]) is case["incoherent"]


@given(WORDS, st.integers(2, 7), st.integers(2, 4))
def test_a_longer_pattern_can_only_find_more(words: list[str], max_n: int, repeats: int) -> None:
    text = " ".join(words)
    assert is_incoherent(text, max_n + 1, repeats) or not is_incoherent(text, max_n, repeats)


@given(WORDS, st.integers(2, 8), st.integers(1, 4))
def test_no_repetition_is_missed_by_looking_only_where_an_n_gram_is_frequent(
    words: list[str], max_n: int, repeats: int
) -> None:
    everywhere = any(is_repetitive(words, n, repeats) for n in range(2, max_n + 1))
    assert is_incoherent(" ".join(words), max_n, repeats) is everywhere


@given(st.lists(st.integers(), unique=True, max_size=200))
def test_text_without_a_repeated_word_is_coherent(numbers: list[int]) -> None:
    assert not is_incoherent(" ".join(map(str, numbers)), 8, 2)


@given(WORDS, st.sampled_from(["\n", "\t", "  ", " \n\n "]))
def test_words_are_separated_by_any_white_space(words: list[str], space: str) -> None:
    assert is_incoherent(space.join(words), 5, 2) == is_incoherent(" ".join(words), 5, 2)


@pytest.mark.parametrize("text", ["", " ", "bear", "bear bear"])
def test_a_few_words_are_never_incoherent(text: str) -> None:
    assert not is_incoherent(text, 8, 2)


def test_a_phrase_over_and_over_is_incoherent() -> None:
    assert is_incoherent("Well then: " + "what is a bear? " * 10, 8, 2)


def test_a_phrase_longer_than_max_n_goes_unnoticed() -> None:
    assert not is_incoherent("one two three four five six " * 10, 4, 2)
    assert is_incoherent("one two three four five six " * 10, 6, 2)
