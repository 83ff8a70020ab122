"""Words as the index holds them."""

from hypothesis import given
from hypothesis import strategies as st

from studies.search.words import LONGEST_WORD, find_words, fold_words
from tests.drawn_texts import ANY_TEXT


@given(st.text(st.characters(max_codepoint=127)) | ANY_TEXT)
def test_the_index_holds_the_words_that_searches_compare(text: str) -> None:
    assert list(fold_words(text)) == [word.folded for word in find_words(text)]


def test_a_long_word_is_cut_in_the_index_as_in_a_search() -> None:
    for word in ("A" * LONGEST_WORD + "b", "É" * LONGEST_WORD + "b"):
        assert list(fold_words(word)) == [found.folded for found in find_words(word)]
        assert len(next(fold_words(word))) == LONGEST_WORD
