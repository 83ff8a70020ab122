"""Retrieval of pairs by BM25."""

import pytest

from rolellm.bm25 import Index
from rolellm.pairs import Demonstrations, Pair, pairs
from rolellm.profiles import read_profile
from rolellm.roles import Role
from rolellm.rounds import Row
from tests.rolellm.references import PLAY_ROWS, expected

REFERENCE = expected()["script"]["script_coriolanus.jsonl"]["retrieval"]


@pytest.mark.parametrize("query", REFERENCE["queries"], ids=lambda query: query["query"][:30])
def test_the_five_best_pairs_of_the_play_have_the_reference_scores(query) -> None:
    found = read_profile(PLAY_ROWS, Role("Coriolanus")).pairs
    best = Demonstrations(found, "en").best(query["query"])
    assert [each.pair.diag_id for each in best] == query["diag_ids"]
    assert [each.score for each in best] == pytest.approx(query["scores"], abs=1e-3)


def test_the_question_is_the_last_turn_of_another_speaker_else_of_the_narrator() -> None:
    rows = [
        Row(0, 0, "A", "first"),
        Row(0, 0, "B", "asked"),
        Row(0, 0, "narrator", "He waits."),
        Row(0, 0, "R", "one"),
        Row(0, 1, "narrator", "She enters."),
        Row(0, 1, "R", "two"),
        Row(0, 2, "R", "nobody spoke"),
    ]
    assert pairs(rows, "R", "en") == [Pair(0, "asked", "one"), Pair(1, "She enters.", "two")]


def test_long_and_empty_sides_and_repeated_answers_are_left_out() -> None:
    sides = [("q", "a"), ("w " * 151, "b"), ("q", "w " * 151), ("", "c"), ("q", " "), ("other", "a"), ("w " * 150, "d")]
    rows = [
        Row(0, number, role, side) for number, pair in enumerate(sides) for role, side in zip("AR", pair, strict=True)
    ]
    assert [pair.answer for pair in pairs(rows, "R", "en")] == ["a", "d"]


def test_ties_are_in_the_order_of_the_profile() -> None:
    found = [Pair(number, "Where is Rome?", f"answer{number}") for number in range(7)]
    assert [each.pair.diag_id for each in Demonstrations(found, "en").best("Rome")] == [0, 1, 2, 3, 4]


def test_chinese_pairs_are_compared_by_characters() -> None:
    found = [Pair(0, "你喜欢喝酒吗？", "喜欢。"), Pair(1, "月亮在哪里？", "在天上。")]
    assert Demonstrations(found, "zh").best("明月几时有", 1)[0].pair.diag_id == 1


def test_an_instruction_or_a_profile_without_words_scores_nothing() -> None:
    assert [each.score for each in Demonstrations([Pair(0, "q", "a")], "en").best("…!")] == [0.0]
    assert Demonstrations([], "en").best("Rome") == []
    assert [each.score for each in Demonstrations([Pair(0, "!", "?")], "en").best("Rome")] == [0.0]


def test_an_index_writes_nothing_to_the_log(caplog) -> None:
    Index([["a"], ["b"]])
    assert not caplog.records
