"""Tables, the figure and sentences about the drift of characters."""

from functools import cache

from numpy.random import default_rng

from analysis.reporting.drift import CharacterDrift
from analysis.reporting.figures.drawings import Drawing, Undrawn, to_svg
from analysis.statistics.drift.drift import drifts_of
from analysis.statistics.drift.neutral import neutral_texts
from analysis.statistics.drift.played import Played, Reference
from analysis.statistics.drift.style import Style
from studies.files.printed_tables import Table, to_csv, to_latex
from tests.analysis.statistics.drift.made_up import made_up, play, style_of_play

NOBODY = Reference("Nobody", ("Hm.",))


@cache
def two_ways() -> CharacterDrift:
    """Return a steady and a drifting way of playing Coriolanus."""
    random = default_rng(1)
    played = [*made_up(20, random, way="a model by dialogue"), *made_up(20, random, way="zero-shot", neutral_from=4)]
    return CharacterDrift(drifts_of(played, [play()["Coriolanus"]], [style_of_play()], random))


@cache
def nobody() -> CharacterDrift:
    """Return a way of playing somebody whose script is too short."""
    style = Style([NOBODY], neutral_texts("en"), "en")
    return CharacterDrift(
        drifts_of([Played("Nobody", "zero-shot", ("Hm.", "I am an AI."))], [NOBODY], [style], default_rng(1))
    )


def table(name: str, of: CharacterDrift) -> Table:
    [found] = [one for one in of.tables() if one.name == name]
    return found


def test_each_way_has_a_sentence_with_its_verdict() -> None:
    steady, drifting = two_ways().findings()
    assert steady.startswith("A model by dialogue, Coriolanus: no drift found; the style changes by ")
    assert drifting.startswith("Zero-shot, Coriolanus: drift, from turn 4 on (4 to 4); the style changes by −0.")
    assert "(99% interval −0." in drifting


def test_what_cannot_be_measured_is_said_once_with_its_reason() -> None:
    [sentence] = nobody().findings()
    assert sentence.startswith("Zero-shot, Nobody: drift is not measured. The style of Nobody cannot be scored")


def test_the_note_of_the_verdicts_says_why_one_is_missing() -> None:
    assert "Not measured: The style of Nobody cannot be scored" in table("drift", nobody()).note
    assert "Not measured" not in table("drift", two_ways()).note


def test_the_verdicts_are_in_a_table_with_all_digits_in_its_file() -> None:
    found = table("drift", two_ways())
    [steady, drifting] = found.rows
    assert (steady[-2:], drifting[-2:]) == (("no drift found", None), ("drift", "4 (4 to 4)"))
    assert str(drifting[5]) in to_csv(found)
    assert "no drift found" in to_latex(found)


def test_the_style_by_turn_falls_at_the_turn_of_the_drift() -> None:
    rows = {(row[0], row[1]): row for row in table("drift-by-turn", two_ways()).rows}
    before, after = (rows["zero-shot", turn][4] for turn in (3, 4))
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert before > after + 0.3


def test_the_number_of_turns_with_a_score_is_beside_that_of_dialogues() -> None:
    [row] = table("drift-by-turn", nobody()).rows[:1]
    assert row[2:4] == (1, 0)


def test_signs_without_a_meaning_are_dashes_and_others_shares() -> None:
    rows = table("drift-signs", nobody()).rows
    assert [row[3] for row in rows] == [None, None]
    assert [row[6] for row in rows] == [0, 100]


def test_the_figure_names_its_numbers_and_shows_each_way() -> None:
    [drawing] = two_ways().figures()
    assert isinstance(drawing, Drawing)
    assert "zero-shot: turn 1 " in drawing.alt
    assert b"a model by dialogue" in to_svg(drawing)


def test_without_any_score_there_is_no_figure() -> None:
    [undrawn] = nobody().figures()
    assert isinstance(undrawn, Undrawn)
