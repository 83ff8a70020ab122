"""Figures 3 to 8, of participants and of simulated dialogues."""

import pytest
from matplotlib.patches import Rectangle

from analysis.reporting.figures.drawings import Undrawn
from analysis.reporting.figures.studies import failure_radars, participants_by_option
from tests.analysis.drawn import drawing

AGES = {"18 to 24": 3, "25 to 34": 14, "35 to 44": 0, "Prefer not to say": 3}
FAILURES = {
    "Llama-2": {
        "no_prompt": 6.8,
        "multiple_prompts": 8.8,
        "incoherent": 3.1,
        "self_reply": 5.5,
        "incoherent_responder": 0.6,
    },
    "Vicuna": {
        "no_prompt": 7.9,
        "multiple_prompts": 6.1,
        "incoherent": 0.8,
        "self_reply": 69.4,
        "incoherent_responder": 8.0,
    },
}


def test_participants_are_counted_per_option_in_the_order_of_the_form() -> None:
    one = drawing(participants_by_option("age", "Age Range", AGES))
    assert (one.name, one.title) == ("figure-3", "Participants: Age Range")
    assert one.alt == (
        "Bars. 20 participants: 18 to 24 3 (15.0%), 25 to 34 14 (70.0%), 35 to 44 0 (0%) and Prefer not to say 3 (15.0%)."
    )
    axes = one.figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(AGES)
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    assert [bar.get_width() for bar in bars] == list(AGES.values())


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("race", "figure-4"),
        ("gender", "figure-5"),
        ("education", "figure-6"),
        ("native_english", "figure-7"),
        ("Favourite food!", "participants-favourite-food"),
        ("年齢", "participants-feature"),
    ],
)
def test_the_papers_features_have_its_numbers_and_others_their_names(key: str, name: str) -> None:
    assert participants_by_option(key, "Label", {"yes": 1}).name == name


def test_a_feature_without_answers_has_no_figure() -> None:
    found = participants_by_option("age", "Age Range", dict.fromkeys(AGES, 0))
    assert found == Undrawn("figure-3", "No participant has answered “Age Range” yet.")


def test_failures_are_reported_per_inquirer() -> None:
    alt = drawing(failure_radars(FAILURES)).alt
    assert "Vicuna: no prompt 7.9%, multiple prompts 6.1%, incoherent 0.8%, self-reply 69.4%" in alt


def test_radars_share_a_scale_that_holds_the_largest() -> None:
    axes = drawing(failure_radars(FAILURES)).figure.axes
    assert {one.get_ylim() for one in axes} == {(0, 70)}


def test_inquirers_without_failures_still_have_a_radar() -> None:
    clean = {"tidy": dict.fromkeys(FAILURES["Vicuna"], 0.0)}
    assert drawing(failure_radars(clean)).figure.axes[0].get_ylim() == (0, 1)


@pytest.mark.parametrize(
    ("percents", "reason"),
    [
        ({}, "There are no simulated dialogues."),
        ({"a": {kind: 1.0 for kind in FAILURES["Vicuna"] if kind != "self_reply"}}, "The outputs of a are not stored."),
    ],
)
def test_failures_that_are_not_known_are_a_reason(percents: dict[str, dict[str, float]], reason: str) -> None:
    found = failure_radars(percents)
    assert isinstance(found, Undrawn)
    assert reason in found.reason
