"""The fidelity of a run: as a whole, and in each goal, persona group and turn that both groups have."""

from numpy.random import default_rng

from analysis.statistics.fidelity.fidelity import GOAL, LAST_TURN, TURN, Fidelity, fidelity_of
from analysis.statistics.fidelity.reservoir import Reservoir
from tests.analysis.statistics.populations import FEATURES, Population, dialogue_of, speak


def measured(people: int = 10, population: Population | None = None, steps: list[str] | None = None) -> Fidelity:
    random = default_rng(1)
    natural = speak(Population(), random, people=people)
    simulated = speak(population or Population(), random, people=people, is_natural=False)
    return fidelity_of(natural, simulated, "en", random, (steps if steps is not None else []).append)


def test_each_part_that_both_have_is_compared() -> None:
    steps: list[str] = []
    found = measured(steps=steps)
    assert [group for by, group in found.groups if by == GOAL] == ["1", "2", "3", "4"]
    assert {place for place in found.groups if place[0] == "gender"} == {("gender", one["gender"]) for one in FEATURES}
    assert ("turn", "1") in found.groups
    assert all(int(group) <= LAST_TURN for by, group in found.groups if by == TURN)
    assert found.groups["gender", "Male"].people == 5
    assert found.separation.auc is not None
    assert steps[0] == "distances"
    assert steps[-1] == "text classifier"


def test_it_shows_for_whom_the_simulation_is_worse() -> None:
    """Only the simulations of one half of the personas are of another population."""
    random = default_rng(1)
    natural = speak(Population(), random, people=16)
    like, unlike = (
        speak(population, random, people=16, is_natural=False) for population in (Population(), Population(length=40))
    )
    mixed = [
        bad if bad.features["gender"] == "Male" else good for good, bad in zip(like, unlike[: len(like)], strict=True)
    ]
    found = fidelity_of(natural, mixed, "en", random, lambda _: None).groups
    male, female = (found["gender", one].distances["length"] for one in ("Male", "Female"))
    assert male.is_farther
    assert not female.is_farther
    assert male.excess > female.excess


def test_without_enough_people_there_is_a_reason_and_nothing_else() -> None:
    found = measured(people=2)
    assert found.whole.reason == found.separation.reason
    assert "at least 4 people" in found.whole.reason
    assert not found.groups


def test_a_reservoir_keeps_all_until_it_is_full_and_then_each_with_the_same_probability() -> None:
    dialogues = [dialogue_of(goal_number=number) for number in range(40)]
    kept = [0] * len(dialogues)
    for seed in range(300):
        sample = Reservoir(default_rng(seed), most=10)
        for dialogue in dialogues:
            sample.add(dialogue)
        numbers = [dialogue.goal_number for dialogue in sample.dialogues]
        assert len(set(numbers)) == len(numbers) == 10
        for number in numbers:
            kept[number] += 1
    assert all(40 <= count <= 115 for count in kept)
    few = Reservoir(default_rng(1), most=50)
    for dialogue in dialogues:
        few.add(dialogue)
    assert few.dialogues == dialogues
