"""The score of a character's style."""

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from analysis.statistics.drift.neutral import neutral_texts
from analysis.statistics.drift.played import Reference
from analysis.statistics.drift.style import NEUTRAL, Style
from rolellm.languages import LANGUAGES, Language, detect
from tests.analysis.statistics.drift.made_up import play, rolebench, style_of_play, style_of_rolebench, unseen_neutral
from tests.rolellm.references import DATA, read_lines

UNSEEN = "What is the difference between a red kite and a foldable one?"


def auc(own: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    own, other = own[np.isfinite(own)], other[np.isfinite(other)]
    return float(roc_auc_score([1] * len(own) + [0] * len(other), [*own, *other]))


def test_the_turns_of_the_play_score_above_neutral_text_that_was_never_seen() -> None:
    style, own = style_of_play(), play()["Coriolanus"].turns
    assert auc(style.scores("Coriolanus", own), style.scores("Coriolanus", unseen_neutral())) >= 0.9


def test_the_turns_of_published_roles_do_so_too() -> None:
    style = style_of_rolebench()
    for name in ("Jack Sparrow", "Abraham Lincoln", "Doctor Who"):
        assert auc(style.scores(name, rolebench()[name].turns), style.scores(name, unseen_neutral())) >= 0.95


def test_own_turns_score_1_and_neutral_texts_0_on_average() -> None:
    style = style_of_play()
    assert np.nanmean(style.scores("Coriolanus", play()["Coriolanus"].turns)) == pytest.approx(1, abs=0.05)
    assert np.nanmean(style.scores("Coriolanus", neutral_texts("en"))) == pytest.approx(0, abs=0.05)


def test_a_turn_that_was_learned_from_scores_like_one_that_was_not() -> None:
    turns = list(play()["Coriolanus"].turns)
    Random(1).shuffle(turns)
    seen, unseen = turns[::2], turns[1::2]
    style = Style([Reference("Coriolanus", tuple(seen))], neutral_texts("en"), "en")
    means = [np.nanmean(style.scores("Coriolanus", each)) for each in (seen, unseen)]
    assert means[0] == pytest.approx(means[1], abs=0.1)


def test_the_nearest_character_of_a_turn_is_named_or_neutral_text() -> None:
    style = style_of_rolebench()
    turns = rolebench()["Jack Sparrow"].turns
    nearest = style.nearest(turns)
    assert nearest.count("Jack Sparrow") > 0.8 * len(turns)
    assert style.nearest([UNSEEN]) == [NEUTRAL]


def test_a_turn_of_three_words_has_no_score_and_no_nearest_character() -> None:
    style = style_of_play()
    assert np.isnan(style.scores("Coriolanus", ["Ay, my lord."])).all()
    assert style.nearest(["Ay, my lord.", ""]) == [None, None]


def test_a_character_with_few_turns_has_no_score_and_the_reason_says_why() -> None:
    style = Style(
        [Reference("Valeria", ("How do you both? you are manifest house-keepers.",))], neutral_texts("en"), "en"
    )
    assert np.isnan(style.scores("Valeria", [UNSEEN])).all()
    assert style.problem("Valeria") == (
        "The style of Valeria cannot be scored: that needs at least 20 different turns of the character, "
        "each of at least 4 words."
    )


def test_a_character_who_talks_like_everybody_is_named_as_too_close_to_neutral_text() -> None:
    style = Style([Reference("Assistant", unseen_neutral()), play()["Coriolanus"]], unseen_neutral()[::-1], "en")
    assert "too close to neutral text" in style.problem("Assistant")
    assert style.problem("Coriolanus") == ""


def test_chinese_roles_are_told_apart_by_characters() -> None:
    roles: dict[str, list[str]] = {}
    for row in read_lines(DATA / "rolebench-zh" / "role_specific" / "test.jsonl"):
        roles.setdefault(row["role"], []).extend(row["generated"])
    style = Style([Reference(name, tuple(turns), (), "zh") for name, turns in roles.items()], neutral_texts("zh"), "zh")
    assert all((style.auc(name) or 0) > 0.95 for name in roles)
    assert style.nearest(roles["李白"]).count("李白") > 0.6 * len(roles["李白"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_neutral_texts_are_different_texts_in_their_language(language: Language) -> None:
    texts = neutral_texts(language)
    assert len(set(texts)) == len(texts) >= 50
    assert detect(texts) == language
