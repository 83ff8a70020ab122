"""Degenerate data: variances of 0 are reported as 0, and unidentified effects are not tested."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from pytest import approx

from analysis.statistics.mixed_models import fit_detected, fit_linear
from analysis.statistics.rows import Rows
from tests.analysis.studies import draw_paper_study

NEGLIGIBLE = 1e-4
"""A relative standard deviation below this is singular to lme4."""


def test_a_group_whose_members_do_not_differ_has_a_standard_deviation_of_exactly_0() -> None:
    random = np.random.default_rng(73)
    models = [fit_detected(draw_paper_study(random, [0, 0.5, 1, 1.5], (0.9, 0))) for _ in range(12)]
    flat = [model for model in models if model.sd["generator_user"] < NEGLIGIBLE]
    assert flat
    for model in flat:
        assert (model.status, model.sd["generator_user"]) == ("singular", 0)
        assert "generator_user is estimated as 0" in model.message


@pytest.mark.parametrize("outcome", ["utterance_number", "duration"])
def test_evaluators_who_judged_one_model_each_are_confounded_with_it(outcome: str) -> None:
    random = np.random.default_rng(73)
    number = random.integers(0, 4, 300)
    frame = pd.DataFrame(
        {
            "participant": np.char.add("e-", number.astype(str)),
            "generator_user": np.char.add("p-", random.integers(0, 15, 300).astype(str)),
            "model": np.char.add("model ", number.astype(str)),
            "utterance_number": np.round(number + random.normal(3, 1, 300)),
            "duration": np.exp(number / 2 + random.normal(4, 0.7, 300)),
        }
    )
    found = fit_linear(frame, outcome)
    assert (found.status, found.test, found.contrasts) == ("not_converged", None, ())


def test_identical_groups_are_not_identified() -> None:
    random = np.random.default_rng(73)
    for _ in range(3):
        frame = draw_paper_study(random, [0, 0.5, 1, 1.5], (0.9, 0)).assign(duration=random.normal(size=800))
        same = frame.assign(generator_user=frame["participant"].str.replace("e", "p"))
        same["duration"] += random.normal(0, 1, 20)[same["participant"].str[2:].astype(int)]
        assert fit_detected(same).status == fit_linear(same, "duration").status == "not_converged"


def test_evaluators_who_detect_always_or_never_leave_nothing_to_estimate() -> None:
    random = np.random.default_rng(73)
    frame = draw_paper_study(random, [0, 0.5, 1, 1.5], (0.9, 0.5))
    always = frame["participant"].isin([f"e-{number}" for number in range(10)])
    found = fit_detected(frame.assign(detected=always.astype(float)))
    assert (found.status, found.test, found.contrasts) == ("not_converged", None, ())


def test_more_people_than_a_computer_can_hold_are_refused_in_words_and_at_once() -> None:
    names = np.arange(40_000).astype(str)
    frame = pd.DataFrame(
        {
            "participant": np.tile(names, 2),
            "generator_user": np.tile(names[::-1], 2),
            "model": np.repeat(["a", "b"], len(names)),
            "detected": np.tile([0.0, 1.0, 1.0], len(names))[: 2 * len(names)],
        }
    )
    found = fit_detected(frame)
    assert found.status == "not_applicable"
    assert "40,000 values of participant and 40,000 of generator_user" in found.message


def test_how_far_from_0_an_outcome_lies_changes_nothing_but_the_intercept() -> None:
    random = np.random.default_rng(73)
    frame = draw_paper_study(random, [0, 0, 1, 1], (0.5, 0.5))
    near = fit_linear(frame.assign(duration=frame["detected"] + random.normal(0, 1, len(frame))), "duration")
    random = np.random.default_rng(73)
    frame = draw_paper_study(random, [0, 0, 1, 1], (0.5, 0.5))
    far = fit_linear(frame.assign(duration=1e7 + frame["detected"] + random.normal(0, 1, len(frame))), "duration")
    assert far.status == near.status == "ok"
    assert far.means["gpt-4"].estimate == approx(near.means["gpt-4"].estimate + 1e7)
    assert far.log_likelihood == approx(near.log_likelihood, abs=1e-3)
    assert far.test is not None
    assert near.test is not None
    assert far.test.statistic == approx(near.test.statistic, rel=1e-4)
    assert far.test.df_den == approx(near.test.df_den, rel=1e-4)


def test_one_long_name_does_not_make_every_row_as_long() -> None:
    rows = 2_000
    names = ["a", "b" * 100_000] * (rows // 2)
    frame = pd.DataFrame(
        {"participant": "e-1", "generator_user": names, "model": names, "detected": [0.0, 1.0] * (rows // 2)}
    )
    tracemalloc.start()
    try:
        assert Rows.read(frame, "detected").levels == ("a", "b" * 100_000)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_levels_are_in_the_order_of_their_characters_whatever_they_look_like() -> None:
    names = ["B", "a", "Ä", "10", "9", "001", "1", 'it\'s "q"', "模"]
    frame = pd.DataFrame({"participant": names, "generator_user": names, "model": names, "detected": 1.0})
    rows = Rows.read(frame, "detected")
    assert rows.levels == tuple(sorted(names)) == rows.members[0]
    assert [rows.levels[code] for code in rows.codes] == names
