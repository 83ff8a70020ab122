"""Profiles cut out of scripts: roles, rounds, and what the play gives."""

import json
from dataclasses import asdict

import pytest

from rolellm.profiles import read_profile
from rolellm.roles import AmbiguousAlias, Role, unmatched_speakers
from rolellm.rounds import Row, profile_rows
from rolellm.scripts.turns import Turn, UnreadableScript
from tests.rolellm.references import PLAY, PLAY_ROWS, expected, read_lines

CORIOLANUS = Role("Coriolanus", ("MARCIUS", "CORIOLANUS"))


def test_the_play_gives_the_reference_rows_one_by_one() -> None:
    assert [asdict(row) for row in read_profile(PLAY, CORIOLANUS).rows] == read_lines(PLAY_ROWS)


@pytest.mark.parametrize("path", [PLAY, PLAY_ROWS])
def test_the_play_and_its_rows_give_the_reference_counts(path) -> None:
    reference = expected()["script"]["script_coriolanus.jsonl"]
    profile = read_profile(path, CORIOLANUS)
    assert (len(profile.rows), profile.rounds, profile.words) == tuple(
        reference[key] for key in ("rows", "rounds", "words")
    )
    assert len(profile.segments) == len(reference["segments"])
    assert len(profile.pairs) == reference["retrieval"]["pairs"]
    assert profile.language == "en"


def test_without_its_alias_the_role_loses_turns_and_the_alias_is_listed_with_its_count() -> None:
    profile = read_profile(PLAY, Role("Coriolanus"))
    assert profile.rounds + profile.unmatched_speakers["MARCIUS"] == 189
    assert profile.unmatched_speakers["YOUNG MARCIUS"] == 1
    assert "CORIOLANUS" not in profile.unmatched_speakers


def test_every_round_ends_with_the_role_and_what_follows_in_an_act_is_left_out() -> None:
    turns = [
        Turn(0, "A", "one"),
        Turn(0, "R", "two"),
        Turn(0, "R", "three"),
        Turn(0, "A", "lost"),
        Turn(1, "A", "four"),
        Turn(1, "R", "five"),
    ]
    assert profile_rows(turns, "R") == [
        Row(0, 0, "A", "one"),
        Row(0, 0, "R", "two"),
        Row(0, 1, "R", "three"),
        Row(1, 2, "A", "four"),
        Row(1, 2, "R", "five"),
    ]


def test_a_round_of_a_published_file_is_not_joined_to_the_next(tmp_path) -> None:
    rows = [(4, 9, "A", "cut off"), (4, 17, "B", "Well?"), (4, 17, "R", "Yes.")]
    path = tmp_path / "profile.jsonl"
    path.write_text(
        "\n".join(json.dumps(dict(zip(("act_id", "diag_id", "role", "content"), row, strict=True))) for row in rows)
    )
    assert [row.content for row in read_profile(path, Role("R")).rows] == ["Well?", "Yes."]


def test_labels_match_as_a_whole_without_case_and_marks() -> None:
    role = Role("Sherlock Holmes", ("HOLMES",))
    assert role.is_named("Holmes (V.O.)")
    assert role.is_named("SHERLOCK HOLMES")
    assert not role.is_named("MYCROFT HOLMES")


def test_a_narrator_is_no_unmatched_speaker() -> None:
    turns = [Turn(0, "narrator", "Night."), Turn(0, "A", "Who?"), Turn(0, "A", "Who?")]
    assert unmatched_speakers(turns, Role("R")) == {"A": 2}


def test_a_role_without_a_turn_is_refused_with_the_most_frequent_speakers() -> None:
    with pytest.raises(UnreadableScript, match="called 'Hamlet'; the most frequent speakers are 'MENENIUS'"):
        read_profile(PLAY, Role("Hamlet"))


def test_two_aliases_that_one_label_matches_are_refused() -> None:
    with pytest.raises(AmbiguousAlias, match=r"'MARCIUS' matches two aliases, 'Marcius' and 'MARCIUS \(V.O.\)'"):
        Role("Coriolanus", ("Marcius", "MARCIUS (V.O.)"))


def test_a_role_with_fewer_than_25_turns_is_short(tmp_path) -> None:
    path = tmp_path / "play.txt"
    path.write_text("KING\nBlow.\n\nFOOL\nCold.\n\n" * 24)
    assert read_profile(path, Role("Fool")).is_short
    assert not read_profile(PLAY, CORIOLANUS).is_short


def test_a_chinese_script_counts_characters(tmp_path) -> None:
    path = tmp_path / "script.txt"
    path.write_text("李白：将进酒， 杯莫停。\n张三：好诗！\n李白：再来。\n", "utf-8")
    profile = read_profile(path, Role("李白"))
    assert (profile.language, profile.rounds, profile.words) == ("zh", 2, 14)
