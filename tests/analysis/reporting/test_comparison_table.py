"""The comparison of natural and simulated dialogues."""

import pytest

from analysis.reporting.comparison_table import SaidDialogue, comparison_table, manner_of
from analysis.statistics.wording import is_greeting, is_thanking, similarity

GOAL = "You want to know how fast you can run."


def make_said(*utterances: str, prompts: tuple[int, ...] = (), responses: tuple[int, ...] = ()) -> SaidDialogue:
    return SaidDialogue(GOAL, utterances, prompts, responses)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (GOAL, GOAL.upper(), 1.0),
        ("bread and butter", GOAL, 0.0),
        ("", GOAL, 0.0),
        ("run run", "run home", 2 / (2 * 2**0.5)),
    ],
)
def test_similarity_is_the_cosine_of_counts_of_words(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == pytest.approx(expected)
    assert similarity(other, one) == pytest.approx(expected)


@pytest.mark.parametrize("opening", ["Hi, how fast?", "hello there", "“Hey!", "Good morning. How", "Dear assistant,"])
def test_greetings_are_known(opening: str) -> None:
    assert is_greeting(opening)


@pytest.mark.parametrize("opening", ["How fast, hello?", "History of running", "hiking tours", "Goods"])
def test_what_only_begins_like_a_greeting_is_none(opening: str) -> None:
    assert not is_greeting(opening)


@pytest.mark.parametrize(("utterance", "expected"), [("ok thx", True), ("Thank you!", True), ("thankless", False)])
def test_thanks_are_known(utterance: str, expected: bool) -> None:
    assert is_thanking(utterance) is expected


def test_a_groups_manner_is_made_of_means_and_rates_over_dialogues() -> None:
    manner = manner_of(
        [
            make_said("hi, how fast can I run?", "thanks", prompts=(7, 1), responses=(30, 10)),
            make_said("how fast", prompts=(3,), responses=(20,)),
            make_said(),
        ]
    )
    assert manner.dialogues == 2
    assert manner.turns == (1.5, 0.5)
    assert manner.tokens_per_prompt[0] == pytest.approx(11 / 3)
    assert manner.tokens_per_response[0] == 20
    assert (manner.greeting_rate, manner.thanks_rate) == (0.5, 0.5)


def test_the_table_has_a_column_for_each_group_and_dashes_for_what_is_unknown() -> None:
    table = comparison_table({"natural": manner_of([make_said("hi, how fast?")]), "mixtral": manner_of([])})
    cells = {row[0]: row[1:] for row in table.rows}
    assert table.header == ("measure", "natural", "mixtral")
    assert cells["dialogues"] == (1, 0)
    assert cells["turns"] == ("1.00 (0.00)", "–")
    assert cells["tokens per prompt"] == ("–", "–")
    assert cells["dialogues that begin with a greeting"] == ("100.0%", "–")


def test_without_dialogues_of_people_the_table_says_that_its_yardstick_is_missing() -> None:
    assert "There are no natural dialogues yet." in comparison_table({"mixtral": manner_of([])}).note
