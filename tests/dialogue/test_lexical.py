"""Type-token ratio and distinct-n, compared with values computed by hand."""

import pytest

from dialogue.lexical import Diversity, measure, words


def test_words_are_lower_cased_and_keep_inner_apostrophes() -> None:
    assert words("Don't ask: it’s 3.5 snake_case 'quoted' words—Really?") == [
        *("don't", "ask", "it’s", "3", "5", "snake_case", "quoted", "words", "really")
    ]


def test_letters_of_any_script_make_words() -> None:
    assert words("Où est l'été? 日本") == ["où", "est", "l'été", "日本"]


def test_diversity_is_the_share_of_distinct_words_and_pairs() -> None:
    # the cat saw the cat: 3 of 5 words; the-cat, cat-saw, saw-the, the-cat: 3 of 4 pairs
    assert measure(["The cat saw the cat."]) == Diversity(3 / 5, 3 / 5, 3 / 4)


def test_pairs_never_join_two_utterances() -> None:
    # a-b twice, and no b-a between them
    assert measure(["a b", "a b"]) == Diversity(2 / 4, 2 / 4, 1 / 2)


@pytest.mark.parametrize("utterances", [[], [""], ["?!", " "]])
def test_nothing_said_has_no_diversity(utterances: list[str]) -> None:
    assert measure(utterances) == Diversity(None, None, None)


def test_single_words_have_no_pairs() -> None:
    assert measure(["Why?", "Why?"]) == Diversity(0.5, 0.5, None)
