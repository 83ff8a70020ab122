"""De-duplication of questions."""

import pytest

from rolellm.duplicates import Duplicate, sift
from tests.rolellm.references import DATA, expected, read_lines

TEST_ROWS = DATA / "rolebench-eng" / "role-generalization" / "role_specific" / "test.jsonl"


@pytest.mark.parametrize("threshold", [0.4, 0.5, 0.6])
def test_the_questions_of_coriolanus_that_stay_are_those_of_the_reference(threshold) -> None:
    questions = [row["question"] for row in read_lines(TEST_ROWS) if row["role"] == "Coriolanus"]
    sifted = sift(questions, "en", threshold)
    assert list(sifted.kept) == expected()["deduplication"][f"kept at {threshold}"]
    assert sorted([*sifted.kept, *(each.number for each in sifted.duplicates)]) == list(range(len(questions)))


def test_an_exact_repetition_goes_at_any_threshold_and_names_its_original() -> None:
    sifted = sift(["Who are you?", "Where is Rome?", " Who are you? "], "en", threshold=2)
    assert sifted.duplicates == (Duplicate(2, 0, 1.0),)


def test_chinese_questions_are_compared_by_characters() -> None:
    assert sift(["李白，你喜欢喝酒吗？", "李白，你喜欢喝酒么？", "你在哪里出生？"], "zh").kept == (0, 2)


def test_questions_without_words_repeat_only_themselves() -> None:
    assert sift(["?", "!", "?"], "en").kept == (0, 1)
    assert sift([], "en").kept == ()
