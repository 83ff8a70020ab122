"""Segments of the play and of made-up profiles."""

from rolellm.profiles import read_profile
from rolellm.roles import Role
from rolellm.rounds import Row
from rolellm.segments import Segment, cut, sample
from tests.rolellm.references import PLAY_ROWS, expected


def rows(*lengths: int) -> list[Row]:
    return [Row(0, number, "R", "w " * length) for number, length in enumerate(lengths)]


def sizes(segments: list[Segment]) -> list[tuple[int, int, int, int]]:
    return [(segment.first_row, segment.last_row, segment.turns, segment.words) for segment in segments]


def test_the_play_is_cut_into_the_reference_segments() -> None:
    reference = expected()["script"]["script_coriolanus.jsonl"]["segments"]
    found = read_profile(PLAY_ROWS, Role("Coriolanus")).segments
    assert sizes(found) == [tuple(segment.values()) for segment in reference]


def test_a_segment_needs_both_its_words_and_its_turns() -> None:
    assert sizes(cut(rows(499, 1, 0, 0, 400, 50, 49, 1), "en")) == [(0, 3, 4, 500), (4, 7, 4, 500)]


def test_a_turn_that_is_too_long_is_dropped() -> None:
    assert sizes(cut(rows(200, 501, 100, 100, 100), "en")) == [(0, 4, 4, 500)]


def test_what_is_left_joins_the_last_segment() -> None:
    assert sizes(cut(rows(125, 125, 125, 125, 10, 20), "en")) == [(0, 5, 6, 530)]


def test_a_segment_that_the_remainder_makes_too_long_loses_whole_turns_at_its_end() -> None:
    assert sizes(cut(rows(500, 500, 500, 450, 30, 50), "en")) == [(0, 4, 5, 1980)]


def test_a_profile_too_short_for_a_segment_has_none() -> None:
    assert cut(rows(100, 100, 100, 100), "en") == []


def test_chinese_segments_have_a_thousand_characters_that_are_no_white_space() -> None:
    found = cut([Row(0, number, "李白", "月 " * 200) for number in range(9)], "zh")
    assert sizes(found) == [(0, 8, 9, 1800)]


def test_the_text_of_a_segment_has_a_line_for_each_turn() -> None:
    segment = Segment(0, (Row(0, 0, "narrator", "Night."), Row(0, 0, "KING", "Blow,\n winds.")), 3, 1)
    assert segment.text == "(narration): Night.\nKING: Blow, winds."


def test_a_sample_has_a_hundred_segments_in_order_and_repeats_itself() -> None:
    segments = [Segment(number, (), 0, number) for number in range(130)]
    drawn = sample(segments, seed=73)
    assert len(drawn) == 100
    assert drawn == sorted(drawn, key=lambda segment: segment.first_row)
    assert drawn == sample(segments, seed=73) != sample(segments, seed=321)
    assert sample(segments[:100], seed=73) == segments[:100]
