"""Pairs of dialogues, and the reasons for leaving others out."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.pairing import LeftOut, NaturalDialogue, Pairing, Rules, SimulatedDialogue, make_pairs

NATURAL = NaturalDialogue(id=1, person="p-001", goal=1, ending="next_goal", turns=3)
SIMULATED = SimulatedDialogue(id=2, person="p-001", goal=1, model="mixtral", seed=73, ending="goal_reached", turns=3)


def pair(
    natural: Iterable[NaturalDialogue] = (NATURAL,), simulated: Iterable[SimulatedDialogue] = (SIMULATED,), **rules: Any
) -> Pairing:
    return make_pairs(natural, simulated, Rules(**rules), seed=73)


def ids(pairing: Pairing) -> list[tuple[int, int]]:
    return [(match.natural.id, match.simulated.id) for match in pairing.pairs]


def sentences(pairing: Pairing) -> list[str]:
    return [left_out.sentence for left_out in pairing.left_out]


def test_a_natural_dialogue_meets_one_of_each_model_of_the_same_person_and_goal() -> None:
    others = [replace(SIMULATED, id=3, model="gpt-4"), replace(SIMULATED, id=4, model="vicuna")]
    assert ids(pair(simulated=[SIMULATED, *others])) == [(1, 3), (1, 2), (1, 4)]
    assert sentences(pair(simulated=[SIMULATED, *others])) == []


@pytest.mark.parametrize("other", [{"person": "p-002"}, {"goal": 2}], ids=["person", "goal"])
def test_another_persons_dialogue_or_one_for_another_goal_is_no_counterpart(other: dict[str, Any]) -> None:
    pairing = pair(simulated=[replace(SIMULATED, **other)])
    assert pairing.pairs == ()
    assert sentences(pairing) == [
        "1 natural dialogue: no simulated dialogue by mixtral.",
        "1 simulated dialogue by mixtral: no natural dialogue to compare with.",
    ]


@pytest.mark.parametrize(
    "ending",
    ["goal_reached", "max_turns", "no_prompt", "incoherent_inquirer", "incoherent_responder", "empty_output", ""],
)
def test_the_methods_own_endings_stay_as_does_an_import_without_any(ending: str) -> None:
    assert ids(pair(simulated=[replace(SIMULATED, ending=ending)])) == [(1, 2)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ending": "unsafe"}, "ended as unsafe"),
        ({"is_unsafe": True}, "found unsafe by a guard"),
        ({"ending": "model_error"}, "ended as model error"),
        ({"turns": 0}, "no visible messages"),
    ],
)
def test_a_simulated_dialogue_that_nobody_should_judge_is_left_out(change: dict[str, Any], reason: str) -> None:
    pairing = pair(simulated=[replace(SIMULATED, **change)])
    assert pairing.pairs == ()
    assert pairing.left_out == (
        LeftOut("natural", "mixtral", "no simulated dialogue by mixtral", 1),
        LeftOut("simulated", "mixtral", reason, 1),
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ending": ""}, "not ended yet"),
        ({"ending": "left"}, "abandoned by the participant"),
        ({"ending": "unsafe"}, "ended as unsafe"),
        ({"is_unsafe": True}, "found unsafe by a guard"),
        ({"turns": 0}, "no visible messages"),
    ],
)
def test_a_natural_dialogue_that_nobody_should_judge_is_left_out(change: dict[str, Any], reason: str) -> None:
    pairing = pair([replace(NATURAL, **change)])
    assert (pairing.natural, pairing.pairs) == ((), ())
    assert pairing.left_out[0] == LeftOut("natural", "", reason, 1)


def test_dialogues_that_their_participant_left_count_if_the_researcher_wants_them() -> None:
    left = replace(NATURAL, ending="left")
    assert ids(pair([left], takes_left=True)) == [(1, 2)]
    assert ids(pair([replace(left, ending="unsafe")], takes_left=True)) == []


@pytest.mark.parametrize("change", [{"ending": "unsafe"}, {"is_unsafe": True}], ids=["stopped", "found"])
def test_unsafe_dialogues_count_if_the_researcher_wants_them(change: dict[str, Any]) -> None:
    assert ids(pair([replace(NATURAL, **change)], takes_unsafe=True)) == [(1, 2)]
    assert ids(pair(simulated=[replace(SIMULATED, **change)], takes_unsafe=True)) == [(1, 2)]
    assert ids(pair(simulated=[replace(SIMULATED, ending="model_error")], takes_unsafe=True)) == []


def test_what_is_left_out_is_counted_by_reason_and_model() -> None:
    refused = [replace(SIMULATED, id=id, goal=id, ending="unsafe") for id in range(2, 5)]
    people = [replace(NATURAL, id=id, goal=id) for id in range(2, 5)]
    assert sentences(pair(people, refused)) == [
        "3 natural dialogues: no simulated dialogue by mixtral.",
        "3 simulated dialogues by mixtral: ended as unsafe.",
    ]


def test_of_several_seeds_one_that_will_do_is_drawn() -> None:
    seeds = [replace(SIMULATED, id=73, seed=73), replace(SIMULATED, id=321, seed=321, ending="unsafe")]
    pairing = pair(simulated=seeds)
    assert ids(pairing) == [(1, 73)]
    assert len(pair(simulated=[replace(one, ending="") for one in seeds]).pairs) == 1
    assert "1 simulated dialogue by mixtral: another dialogue was drawn." in sentences(
        pair(simulated=[replace(one, ending="") for one in seeds])
    )


@given(st.permutations(range(1, 31)), st.integers(0, 2**31 - 1))
def test_the_draw_follows_from_the_seed_alone(order: list[int], seed: int) -> None:
    """Neither from the order of rows nor from their numbers, which differ wherever the data is imported."""
    people = [replace(NATURAL, id=goal, goal=goal) for goal in range(1, 11)]
    cells = [(goal, drawn) for goal in range(1, 11) for drawn in (73, 321, 8479)]
    usual = [replace(SIMULATED, id=id, goal=goal, seed=drawn) for id, (goal, drawn) in enumerate(cells, 1)]
    moved = sorted((replace(one, id=id) for one, id in zip(usual, order, strict=True)), key=lambda one: one.id)
    assert drawn_seeds(people, usual, seed) == drawn_seeds(people, moved, seed)


def test_another_seed_draws_others_and_each_is_drawn_about_as_often() -> None:
    people = [replace(NATURAL, id=goal, goal=goal) for goal in range(1, 301)]
    simulated = [replace(SIMULATED, id=10 * goal, goal=goal, seed=seed) for goal in range(1, 301) for seed in (73, 321)]
    one, other = drawn_seeds(people, simulated, 73), drawn_seeds(people, simulated, 74)
    assert one != other
    assert 110 < one.count(73) < 190


def drawn_seeds(people: list[NaturalDialogue], simulated: list[SimulatedDialogue], seed: int) -> list[int]:
    return [match.simulated.seed for match in make_pairs(people, simulated, Rules(), seed).pairs]


def test_in_a_condition_only_dialogues_with_the_same_chatbot_meet_unless_the_researcher_allows_it() -> None:
    natural = replace(NATURAL, condition="cold", chatbot="a")
    simulated = [replace(SIMULATED, id=3, chatbot="b"), replace(SIMULATED, id=4, chatbot="a")]
    assert ids(pair([natural], simulated)) == [(1, 4)]
    assert sentences(pair([natural], simulated)) == [
        "1 simulated dialogue by mixtral: another chatbot than in the person's condition."
    ]
    assert pair([natural], simulated[:1]).pairs == ()
    assert ids(pair([natural], simulated[:1], crosses_chatbots=True)) == [(1, 3)]
    assert ids(pair([replace(natural, condition="")], simulated[:1])) == [(1, 3)]
