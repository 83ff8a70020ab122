"""Catchphrases in what a role says."""

import pytest

from rolellm.catchphrases import says_catchphrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("So that's it, then. Savvy?", "Savvy?"),
        ("Well... you can't HANDLE the truth, son", "You can’t handle the truth!"),
        ("“The game is afoot,” said he.", "The game is afoot"),
    ],
)
def test_a_catchphrase_is_found_whatever_its_case_and_punctuation(text: str, phrase: str) -> None:
    assert says_catchphrase(text, ["Another one", phrase], "en")


@pytest.mark.parametrize("text", ["A savvyish answer.", "The game was afoot.", ""])
def test_parts_of_words_and_other_words_are_none(text: str) -> None:
    assert not says_catchphrase(text, ["Savvy?", "The game is afoot", "…"], "en")


def test_chinese_catchphrases_are_found_within_a_sentence() -> None:
    assert says_catchphrase("哈哈，俺老孙来也！", ["俺老孙来也"], "zh")
    assert not says_catchphrase("老孙回去了。", ["俺老孙来也"], "zh")
