"""Outcomes, win rates and standings, against judges whose preferences are known."""

from itertools import combinations
from random import Random

import pytest

from rolellm.judging.outcomes import BothOrders, Outcome
from rolellm.judging.standings import estimate, rank, standings, win_rate
from rolellm.judging.verdicts import Preference


@pytest.mark.parametrize(
    ("named", "swapped", "outcome", "is_flipped"),
    [
        ("first", "second", "win", False),
        ("second", "first", "loss", False),
        ("first", "first", "tie", True),
        ("second", "second", "tie", True),
        ("tie", "tie", "tie", False),
        ("first", "tie", "tie", False),
        ("tie", "second", "tie", False),
        (None, "first", None, False),
        ("first", None, None, False),
        (None, None, None, False),
    ],
)
def test_a_win_needs_both_orders(
    named: Preference | None, swapped: Preference | None, outcome: Outcome | None, is_flipped: bool
) -> None:
    both = BothOrders(named, swapped)
    assert (both.outcome, both.is_flipped) == (outcome, is_flipped)


def judge(better: bool, bias: float, draw: Random) -> BothOrders:
    """A judge who says "first" with the probability ``bias``, and otherwise which is ``better``."""
    named: Preference = "first" if draw.random() < bias or better else "second"
    swapped: Preference = "first" if draw.random() < bias or not better else "second"
    return BothOrders(named, swapped)


def test_a_judge_who_always_says_first_finds_only_ties() -> None:
    draw = Random(1)
    judged = [judge(draw.random() < 0.9, 1.0, draw) for _ in range(40)]
    assert {each.outcome for each in judged} == {"tie"}
    rate = win_rate((f"q{number}", each.outcome) for number, each in enumerate(judged) if each.outcome)
    assert rate is not None
    assert rate.mean == 0.5


def test_position_bias_shrinks_a_rate_towards_a_half_but_never_beyond() -> None:
    draw = Random(2)
    betters = [draw.random() < 0.8 for _ in range(4000)]
    rates = []
    for bias in (0.0, 0.3, 0.9):
        outcomes = ((f"q{n}", judge(better, bias, draw).outcome) for n, better in enumerate(betters))
        rate = win_rate((question, outcome) for question, outcome in outcomes if outcome)
        assert rate is not None
        rates.append(rate.mean)
    assert rates[0] == pytest.approx(sum(betters) / 4000)
    assert rates[0] > rates[1] > rates[2] > 0.5


def test_a_tie_is_half_a_win() -> None:
    rate = win_rate([("a", "win"), ("b", "tie"), ("c", "loss"), ("d", "win")])
    assert rate is not None
    assert (rate.mean, rate.rows, rate.questions, rate.method) == (0.625, 4, 4, "bootstrap over questions")
    assert rate.low < 0.625 < rate.high
    assert win_rate([]) is None


def test_questions_that_all_agree_have_wilsons_interval() -> None:
    rate = estimate([(f"q{number}", 1.0) for number in range(20)])
    assert (rate.mean, rate.high, rate.method) == (1.0, 1.0, "Wilson")
    assert rate.low == pytest.approx(1 - 0.1611, abs=5e-5)  # Newcombe (1998), table I, method 3: 0 of 20
    ranks = estimate([("q", 2.0)], 1, 3)
    assert 1 < ranks.low < 2 < ranks.high < 3


def test_the_same_question_to_many_roles_is_one_piece_of_evidence() -> None:
    draw = Random(3)
    values = [(f"q{question}", float(draw.random() < 0.5)) for question in range(30)]
    once, often = estimate(values), estimate(values * 10)
    assert often.mean == pytest.approx(once.mean)
    assert often.high - often.low == pytest.approx(once.high - once.low)


def test_intervals_cover_the_true_rate() -> None:
    draw, covered = Random(4), 0
    for _ in range(100):
        values = []
        for question in range(40):
            chance = 0.4 if question % 2 else 0.9  # mean .65; rows of a question are alike
            better = draw.random() < chance
            values += [(f"q{question}", float(better))] * 5
        found = estimate(values)
        covered += found.low <= 0.65 <= found.high
    assert covered >= 88


def test_models_rank_by_their_points_and_share_ranks() -> None:
    outcomes: dict[tuple[str, str], Outcome] = {("a", "b"): "win", ("a", "c"): "win", ("b", "c"): "tie"}
    assert rank("abc", outcomes) == {"a": 1.0, "b": 2.5, "c": 2.5}
    circle: dict[tuple[str, str], Outcome] = {("a", "b"): "win", ("b", "c"): "win", ("a", "c"): "loss"}
    assert rank("abc", circle) == {"a": 2.0, "b": 2.0, "c": 2.0}


def test_known_strengths_give_their_standings() -> None:
    draw, strengths = Random(5), {"dialogue": 0.9, "few-shot": 0.6, "zero-shot": 0.1}
    rows = []
    for number in range(600):
        drawn = {model: draw.random() < strength for model, strength in strengths.items()}
        outcomes: dict[tuple[str, str], Outcome] = {
            (one, other): "tie" if drawn[one] == drawn[other] else "win" if drawn[one] else "loss"
            for one, other in combinations(strengths, 2)
        }
        rows.append((f"q{number}", rank(list(strengths), outcomes)))
    found = standings(rows)
    assert sum(each.first.mean for each in found.values()) == pytest.approx(1)
    assert sum(each.mean_rank.mean for each in found.values()) == pytest.approx(6)
    assert sorted(found, key=lambda model: found[model].mean_rank.mean) == ["dialogue", "few-shot", "zero-shot"]
    # Only one of three is good with 0.9·0.4·0.9 and so on; the first ranks are shared by the others.
    expected = 0.9 * (0.4 * 0.9 + (0.6 * 0.9 + 0.4 * 0.1) / 2 + 0.6 * 0.1 / 3) + 0.1 * 0.4 * 0.9 / 3
    assert found["dialogue"].first.mean == pytest.approx(expected, abs=0.03)
    assert standings([]) == {}
