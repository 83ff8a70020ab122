"""A text classifier tells different populations apart, and the same population only as well as chance does."""

import numpy as np
import pytest
from numpy.random import default_rng
from sklearn.metrics import roc_auc_score

from analysis.statistics.fidelity.classifier import Separation, _auc, separate
from tests.analysis.statistics.populations import Population, dialogue_of, speak


def separated(population: Population, seed: int = 3, people: int = 20) -> Separation:
    """Separate simulations from the population from people who are hardly ever polite."""
    random = default_rng(seed)
    natural = speak(Population(courtesy=0.1), random, people=people)
    return separate(natural, speak(population, random, people=people, is_natural=False), random, permutations=20)


def test_it_guesses_if_both_are_the_same_population() -> None:
    found = [separated(Population(courtesy=0.1), seed) for seed in range(3)]
    assert np.mean([one.auc for one in found if one.auc is not None]) == pytest.approx(0.5, abs=0.06)
    assert sum(one.is_told_apart for one in found) <= 1
    assert all(one.low < 0.5 < one.high for one in found if one.low is not None and one.high is not None)


def test_it_finds_the_words_of_a_population_that_is_more_polite() -> None:
    found = separated(Population(courtesy=0.95))
    assert found.low is not None
    assert found.low > 0.6
    assert found.is_told_apart
    assert "please" in [word.lower() for word in found.artificial]
    assert found.dialogues == 160


def test_nobody_is_recognised_by_what_they_said_elsewhere() -> None:
    """Each person and its simulation has a word of its own, which tells them apart only if it was seen in training."""
    natural = [
        dialogue_of(f"human{number} asks", person=f"p-{number}", goal_number=goal, is_natural=True)
        for number in range(8)
        for goal in range(4)
    ]
    simulated = [
        dialogue_of(f"machine{number} asks", person=f"p-{number}", goal_number=goal)
        for number in range(8)
        for goal in range(4)
    ]
    found = separate(natural, simulated, default_rng(1), permutations=2)
    assert found.auc is not None
    assert 0.4 < found.auc < 0.6


def test_too_few_people_are_a_reason_and_no_number() -> None:
    found = separated(Population(), people=3)
    assert found.auc is None
    assert "at least 4 people" in found.reason


def test_the_auc_is_that_of_scikit_learn_with_ties_too() -> None:
    random = default_rng(5)
    for _ in range(50):
        labels = random.permutation(np.arange(30) < random.integers(1, 30))
        scores = random.integers(5, size=30) / 4
        assert _auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
