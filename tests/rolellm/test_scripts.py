"""Scripts in their four layouts, read as turns."""

import json

import pytest

from rolellm.scripts import plays, published_rows, screenplays, transcripts
from rolellm.scripts.labels import comparable, strip_marks
from rolellm.scripts.reading import LIMIT, layout, read_script
from rolellm.scripts.turns import UnreadableScript
from tests.rolellm.references import PLAY, PLAY_ROWS

SCREENPLAY = """
                    THE MANOR

INT. HALL - NIGHT

The door opens. A clock strikes.

               EDITH
          (whispering)
     Who is there?

               BUTLER (V.O.)
     Nobody, madam.

EXT. GARDEN - DAY

               EDITH (CONT'D)
     I heard steps.
     Two of them.

CUT TO:
"""
TRANSCRIPT = """第一场

旁白：夜深了。
张三：谁在那里？
快出来！
（李四上）
李四: 是我。

第二场
张三：你来了。
"""


def said(turns):
    return [(turn.scene, turn.speaker, turn.content) for turn in turns]


def test_a_play_is_read_as_speeches_and_stage_directions_by_scene() -> None:
    play = """The Title

    PERSONS
    KING
    FOOL

    ACT I

    SCENE I. A heath.

    [Enter KING
    and FOOL]

    KING
    Blow, winds.
    [Storm still]
    Rage!

    SCENE II. A hut.

    FOOL and KING
    Cold.

    ACT II
    SCENE I. A castle.

    [Aside] Alone.
    """
    assert said(plays.parse(play)) == [
        (0, "narrator", "Enter KING and FOOL"),
        (0, "KING", "Blow, winds. [Storm still] Rage!"),
        (1, "FOOL and KING", "Cold."),
        (2, "narrator", "[Aside] Alone."),
    ]


def test_a_play_without_headings_is_one_scene_from_its_first_block() -> None:
    assert said(plays.parse("KING\nBlow.\n\nFOOL\nCold.")) == [(0, "KING", "Blow."), (0, "FOOL", "Cold.")]


def test_a_speech_whose_speaker_is_missing_is_narration_in_a_play_with_speakers_in_capitals() -> None:
    named = "".join(f"{name}\nA word.\n\n" for name in ("KING", "FOOL", "QUEEN", "LADIES and LORDS", "ALL, &c"))
    play = f"PROLOGUE\n\nTwo households, both alike,\nIn fair Verona.\n\nACT I\n\n{named}"
    first, *others = plays.parse(play)
    assert (first.speaker, first.content) == ("narrator", "Two households, both alike, In fair Verona.")
    assert [turn.speaker for turn in others] == ["KING", "FOOL", "QUEEN", "LADIES and LORDS", "ALL, &c"]


def test_speakers_of_a_play_need_no_capitals() -> None:
    play = "ACT I\n\nThe King.\nA word.\n\nFool.\nTwo."
    assert said(plays.parse(play)) == [(0, "The King", "A word."), (0, "Fool", "Two.")]


def test_a_screenplay_has_scenes_narration_and_cues_without_their_marks() -> None:
    assert said(screenplays.parse(SCREENPLAY)) == [
        (0, "narrator", "THE MANOR"),
        (1, "narrator", "INT. HALL - NIGHT"),
        (1, "narrator", "The door opens. A clock strikes."),
        (1, "EDITH", "(whispering) Who is there?"),
        (1, "BUTLER", "Nobody, madam."),
        (2, "narrator", "EXT. GARDEN - DAY"),
        (2, "EDITH", "I heard steps. Two of them."),
        (2, "narrator", "CUT TO:"),
    ]


def test_a_chinese_transcript_has_a_turn_for_each_speaker_and_colon() -> None:
    assert said(transcripts.parse(TRANSCRIPT)) == [
        (0, "narrator", "第一场"),
        (0, "旁白", "夜深了。"),
        (0, "张三", "谁在那里？ 快出来！"),
        (0, "narrator", "李四上"),
        (0, "李四", "是我。"),
        (1, "narrator", "第二场"),
        (1, "张三", "你来了。"),
    ]


def test_a_line_after_a_blank_line_of_a_transcript_is_narration() -> None:
    assert said(transcripts.parse("ROSS: Hi.\n\nHe sits down.\n\nMONICA: Hello.")) == [
        (0, "ROSS", "Hi."),
        (0, "narrator", "He sits down."),
        (0, "MONICA", "Hello."),
    ]


@pytest.mark.parametrize(
    ("text", "parser"),
    [
        (SCREENPLAY, screenplays.parse),
        (TRANSCRIPT, transcripts.parse),
        ("ACT I\n\nKING\nBlow: rage.\nOr not.", plays.parse),
    ],
)
def test_the_layout_of_a_script_is_recognised(text, parser) -> None:
    assert layout(text) is parser


def test_the_play_has_the_layout_of_a_play() -> None:
    assert layout(PLAY.read_text("utf-8")) is plays.parse


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("WATSON (CONT'D)", "WATSON"),
        ("WATSON (V.O.) (CONT’D)", "WATSON"),
        ("Watson (O.S.)", "Watson"),
        ("WATSON'S VOICE", "WATSON"),
        ("HAMLET.", "HAMLET"),
        ("YOUNG MARCIUS", "YOUNG MARCIUS"),
    ],
)
def test_marks_of_production_do_not_belong_to_a_label(label, bare) -> None:
    assert strip_marks(label) == bare
    assert comparable(label) == bare.casefold()


def test_published_rows_keep_their_acts_and_rounds() -> None:
    turns = read_script(PLAY_ROWS)
    assert len(turns) == 753
    assert (turns[-1].scene, turns[-1].speaker, turns[-1].round) == (28, "Coriolanus", 188)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("no json", "Line 2 is not a JSON object"),
        ("[1]", "Line 2 has no act_id that is a whole number"),
        ('{"act_id": 0, "diag_id": 0, "role": "A"}', "Line 2 has no content that is text"),
        ('{"act_id": -1, "diag_id": 0, "role": "A", "content": ""}', "Row 2 has act_id -1 after 0"),
    ],
)
def test_a_malformed_row_is_named_by_its_number(line, complaint) -> None:
    good = json.dumps({"act_id": 0, "diag_id": 0, "role": "A", "content": "a"})
    with pytest.raises(UnreadableScript, match=complaint):
        published_rows.parse(f"{good}\n{line}\n")


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path) -> None:
    path = tmp_path / "play.txt"
    path.write_bytes(b"\xef\xbb\xbf" + PLAY.read_bytes().replace(b"\n", b"\r\n"))
    assert read_script(path) == read_script(PLAY)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "There is no file"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b" \n", "contains no text")],
)
def test_a_file_that_is_no_script_is_refused_in_one_sentence(tmp_path, content, complaint) -> None:
    path = tmp_path / "script.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableScript, match=complaint):
        read_script(path)


def test_a_folder_is_refused_with_what_to_do(tmp_path) -> None:
    with pytest.raises(UnreadableScript, match=r"cannot be read \(Is a directory\)\. Choose a file"):
        read_script(tmp_path)


def test_a_file_too_large_for_a_script_is_refused_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "script.txt"
    with path.open("wb") as file:
        file.truncate(4 * LIMIT)
    with pytest.raises(UnreadableScript, match="has 200 MB, and a script may have 50"):
        read_script(path)


def test_unclosed_brackets_take_no_longer_than_other_text() -> None:
    assert [turn.content for turn in plays.parse("[" * 300_000)] == ["[" * 300_000]
