"""Drift of made-up dialogues: what is there is found, and what is not there is not reported."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pytest
from numpy.random import default_rng

from analysis.statistics.drift.drift import ALL, Drift, drifts_of
from analysis.statistics.drift.neutral import neutral_texts
from analysis.statistics.drift.played import Played, Reference
from analysis.statistics.drift.style import Style
from analysis.statistics.drift.trends import trend_of
from analysis.statistics.drift.turns import read_turns
from tests.analysis.statistics.drift.made_up import made_up, play, rolebench, style_of_play, style_of_rolebench

CHARACTER = "Coriolanus"
T = TypeVar("T")


def known(found: T | None) -> T:
    assert found is not None
    return found


def drift(played: Iterable[Played]) -> list[Drift]:
    return drifts_of(list(played), [play()[CHARACTER]], [style_of_play()], default_rng(73))


@pytest.mark.parametrize("turn", [2, 4, 6])
def test_dialogues_that_turn_into_neutral_text_drift_from_that_turn_on(turn: int) -> None:
    [found] = drift(made_up(25, default_rng(turn), neutral_from=turn))
    assert found.verdict == "drift"
    assert known(found.trend).high < 0
    assert abs(known(found.change).turn - turn) <= 1
    assert found.turns[turn - 2].style.low > found.turns[turn].style.high
    assert found.turns[turn - 2].nearest.middle > found.turns[turn].nearest.middle


def test_at_least_95_of_100_samples_of_constant_dialogues_have_no_drift() -> None:
    dialogues = list(made_up(600, default_rng(5)))
    turns = read_turns(dialogues, style_of_play(), play()[CHARACTER])
    trends = [known(trend_of([one.scores for one in sample])) for sample in zip(*[turns] * 6, strict=True)]
    assert len(trends) == 100
    assert sum(trend.is_falling for trend in trends) <= 5


def test_dialogues_that_are_neutral_from_the_first_turn_have_a_low_style_but_no_drift() -> None:
    [found] = drift(made_up(25, default_rng(6), neutral_from=1))
    assert found.verdict == "no drift found"
    assert found.change is None
    assert found.first.middle < 0.6


def test_each_way_of_playing_has_its_own_verdict() -> None:
    random = default_rng(7)
    steady, drifting = made_up(20, random, way="dialogue"), made_up(20, random, way="zero-shot", neutral_from=3)
    found = drift([*drifting, *steady])
    assert {one.way: one.verdict for one in found} == {"dialogue": "no drift found", "zero-shot": "drift"}


def test_several_characters_have_a_line_together_and_one_each() -> None:
    random, names = default_rng(8), ("Jack Sparrow", "Doctor Who")
    played = [Played(one, "", tuple(random.choice(rolebench()[one].turns, 5))) for one in names for _ in range(6)]
    found = drifts_of(played, [rolebench()[one] for one in names], [style_of_rolebench()], random)
    assert [(one.character, one.dialogues, known(one.trend).dialogues) for one in found] == [
        (ALL, 12, 12),
        ("Doctor Who", 6, 6),
        ("Jack Sparrow", 6, 6),
    ]


def test_a_few_dialogues_are_described_by_turn_without_a_verdict() -> None:
    short = Played(CHARACTER, "", play()[CHARACTER].turns[:1])
    [found] = drift([*made_up(2, default_rng(9)), short])
    assert found.verdict == "not measured"
    assert found.reason == (
        "A trend needs at least 5 dialogues with three turns that are long enough for a score; 2 of 3 have them."
    )
    assert (found.dialogues, found.turns[0].dialogues, found.turns[1].dialogues) == (3, 3, 2)


def test_a_character_whose_style_cannot_be_scored_still_has_its_signs_counted() -> None:
    nobody = Reference("Nobody", ("Too few turns to learn from.",), ("Good grief",))
    style = Style([nobody], neutral_texts("en"), "en")
    turns = (
        "Good grief! A kite has two strings.",
        "As an AI language model, I have no hat.",
        "Sorry, I cannot say that.",
    )
    [found] = drifts_of([Played("Nobody", "", turns)], [nobody], [style], default_rng(1))
    assert [(one.catchphrases.middle, one.reveals.middle, one.refusals.middle) for one in found.turns] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]
    assert found.turns[0].style.count == 0
    assert "cannot be scored" in found.reason


def test_a_character_without_catchphrases_has_no_rate_of_them() -> None:
    other = Reference(CHARACTER, play()[CHARACTER].turns)
    [found] = drifts_of(list(made_up(2, default_rng(1))), [other], [style_of_play()], default_rng(1))
    assert found.turns[0].catchphrases.count == 0


def test_a_share_of_none_has_an_interval_above_0_and_a_mean_of_one_value_has_none() -> None:
    [found] = drift(made_up(10, default_rng(2)))
    assert (found.turns[0].reveals.low, found.turns[0].reveals.middle) == (0, 0)
    assert 0.2 < found.turns[0].reveals.high < 0.35
    [single] = drift(made_up(1, default_rng(2)))
    assert np.isnan(single.turns[-1].style.low) or single.turns[-1].style.count > 1


def test_words_of_the_goal_do_not_count_for_the_style() -> None:
    turn = "The javascript function counts vowels, thou common cry of curs! whose breath I hate."
    goal = "You want a JavaScript function that counts vowels."
    plain, aware = (drift([Played(CHARACTER, "", (turn,), one)])[0].first.middle for one in ("", goal))
    assert aware > plain
    assert not np.isnan(aware)
