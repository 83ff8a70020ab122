"""Populations of known distance are ordered correctly, and those of the same people are not told apart."""

import numpy as np
import pytest
from numpy.random import default_rng

from analysis.statistics.fidelity.catalogue import measures_for
from analysis.statistics.fidelity.comparison import OVERALL, Comparison, compare
from analysis.statistics.fidelity.halves import draw_halves, half_size
from analysis.statistics.fidelity.observed import Observed
from analysis.statistics.spoken import SpokenDialogue
from tests.analysis.statistics.populations import Population, dialogue_of, speak

MEASURES = measures_for("en")


def observe(natural: list[SpokenDialogue], simulated: list[SpokenDialogue]) -> tuple[Observed, Observed]:
    names = tuple(sorted({dialogue.person for dialogue in natural + simulated}))
    return Observed.take(natural, MEASURES, names), Observed.take(simulated, MEASURES, names)


def compared(population: Population, seed: int = 1, people: int = 20, seeds: int = 1, draws: int = 60) -> Comparison:
    """Compare simulations from the population with people from the usual one."""
    random = default_rng(seed)
    natural = speak(Population(), random, people=people)
    simulated = speak(population, random, people=people, is_natural=False, seeds=seeds)
    return compare(*observe(natural, simulated), MEASURES, random, draws)


def test_longer_utterances_are_farther_away_in_length_alone() -> None:
    same, near, far = (compared(Population(length=length)) for length in (12, 18, 27))
    lengths = [one.distances["length"] for one in (same, near, far)]
    assert lengths[0].found.middle < lengths[1].found.middle < lengths[2].found.middle
    assert [one.is_farther for one in lengths] == [False, True, True]
    assert [one.distances["politeness"].is_farther for one in (same, near, far)] == [False] * 3


def test_a_higher_rate_of_politeness_is_farther_away_in_politeness_alone() -> None:
    same, near, far = (compared(Population(courtesy=courtesy)) for courtesy in (0.2, 0.5, 0.9))
    rates = [one.distances["politeness"] for one in (same, near, far)]
    assert rates[0].found.middle < rates[1].found.middle < rates[2].found.middle
    assert [one.is_farther for one in rates] == [False, True, True]
    assert not far.distances["length"].is_farther
    assert far.farthest == rates[2]


def test_the_overall_distance_orders_populations_that_differ_in_several_ways() -> None:
    populations = (Population(), Population(length=18), Population(length=18, courtesy=0.8, capitals=0.95))
    found = [compared(population).distances[OVERALL] for population in populations]
    assert found[0].found.middle < found[1].found.middle < found[2].found.middle
    assert found[2].is_farther
    assert not found[0].is_farther


def test_the_interval_of_the_same_population_covers_the_ceiling() -> None:
    """Of 100 draws with 200 halves each, at least 97 covered it in every measure; here a few smaller ones."""
    covered = [
        one.found.low <= one.ceiling.middle <= one.found.high
        for seed in range(6)
        for one in compared(Population(), seed, people=12, draws=50).distances.values()
    ]
    assert len(covered) == 6 * 12
    assert np.mean(covered) >= 0.9


def test_several_seeds_of_the_simulation_do_not_make_it_look_closer() -> None:
    found = compared(Population(), seeds=3, people=12).distances[OVERALL]
    assert found.found.low <= found.ceiling.middle <= found.found.high


def test_categories_have_a_distance_and_no_mean() -> None:
    random = default_rng(1)
    natural, simulated = speak(Population(thanks=0.1), random), speak(Population(thanks=0.9), random, is_natural=False)
    found = compare(*observe(natural, simulated), MEASURES, random, 60).distances["stopping"]
    assert found.is_farther
    assert found.natural is None


def test_only_goals_that_both_have_are_compared() -> None:
    random = default_rng(1)
    natural = speak(Population(), random, people=8)
    simulated = [one for one in speak(Population(), random, people=8, is_natural=False) if one.goal_number < 3]
    odd = [dialogue_of("word " * 500, person=f"p-{number}", goal_number=77) for number in range(8)]
    with_odd, without = (
        compare(*observe(natural, group), MEASURES, default_rng(2), 20).distances["length"]
        for group in (simulated + odd, simulated)
    )
    assert with_odd == without


@pytest.mark.parametrize(("people", "personas", "reason"), [(3, 8, "at least 4 people"), (8, 3, "at least 4 personas")])
def test_too_few_people_or_personas_are_a_reason_and_no_number(people: int, personas: int, reason: str) -> None:
    random = default_rng(1)
    groups = speak(Population(), random, people=people), speak(Population(), random, people=personas, is_natural=False)
    found = compare(*observe(*groups), MEASURES, random, 10)
    assert reason in found.reason
    assert not found.distances


def test_nobody_is_compared_with_a_simulation_of_themselves() -> None:
    random = default_rng(1)
    natural, simulated = observe(speak(Population(), random), speak(Population(), random, is_natural=False, seeds=2))
    for halves in draw_halves(natural, simulated, 10, random):
        first, second, others = (
            set(one.person[chosen].tolist())
            for one, chosen in ((natural, halves.first), (natural, halves.second), (simulated, halves.simulated))
        )
        assert not first & second
        assert not first & others
        assert len(first) == len(second) == len(others) == 10
        assert halves.simulated.sum() == halves.second.sum(), "one seed of each goal"


def test_few_personas_make_both_halves_small() -> None:
    random = default_rng(1)
    natural, simulated = observe(speak(Population(), random), speak(Population(), random, people=6, is_natural=False))
    assert half_size(natural, simulated) == 3
    assert all(halves.simulated.any() for halves in draw_halves(natural, simulated, 30, random))


def test_a_turn_alone_has_only_measures_of_utterances() -> None:
    random = default_rng(1)
    natural, simulated = observe(speak(Population(), random), speak(Population(), random, is_natural=False))
    found = compare(natural.at_turn(1, 1), simulated.at_turn(1, 1), MEASURES, random, 20)
    assert {"length", "politeness"} <= set(found.distances)
    assert {"turns", "opening", "stopping"}.isdisjoint(found.distances)
