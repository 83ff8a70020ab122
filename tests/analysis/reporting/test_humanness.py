"""Tables, figures and sentences about the health and the fidelity of a run."""

from functools import cache

import pytest
from numpy.random import default_rng

from analysis.reporting.figures.drawings import Drawing, Undrawn, to_svg
from analysis.reporting.humanness import Humanness
from analysis.statistics.fidelity.fidelity import fidelity_of
from analysis.statistics.health.catalogue import symptoms_for
from analysis.statistics.health.tally import Health
from analysis.statistics.spoken import SpokenDialogue
from studies.files.printed_tables import Table, to_csv
from tests.analysis.statistics.populations import Population, dialogue_of, speak

WORDS = {"goal_reached": "goal reached", "next_goal": "next goal", "no_prompt": "no prompt"}
LABELS = {"gender": "Gender", "age": "How old are you?"}


def humanness_of(natural: list[SpokenDialogue], simulated: list[SpokenDialogue], language: str = "en") -> Humanness:
    health, usual = (Health(symptoms_for(language)).add_all(dialogues) for dialogues in (simulated, natural))
    fidelity = fidelity_of(natural, simulated, language, default_rng(1), lambda _: None)
    return Humanness(health, usual, fidelity, LABELS, WORDS)


@cache
def polite() -> Humanness:
    """Return a run whose inquirer is much more polite than people."""
    random = default_rng(1)
    natural = speak(Population(courtesy=0.1), random, people=12)
    simulated = [
        *speak(Population(courtesy=0.98), random, people=12, is_natural=False),
        dialogue_of(ending="no_prompt"),
    ]
    return humanness_of(natural, simulated)


@cache
def alone() -> Humanness:
    """Return a run of a study without natural dialogues."""
    return humanness_of([], [dialogue_of("Thanks, how fast am I?", "thanks"), dialogue_of("how far")])


def table(name: str, of: Humanness) -> Table:
    [found] = [one for one in [*of.health_tables(), *of.fidelity_tables()] if one.name == name]
    return found


def row(found: Table, subject: str) -> tuple[object, ...]:
    [cells] = [cells for cells in found.rows if cells[0] == subject]
    return cells


def test_a_share_is_beside_that_of_natural_dialogues_and_says_of_what() -> None:
    assert row(table("health", alone()), "thanks") == ("thanks", pytest.approx(200 / 3), 3, "utterances", None, 0)
    _, share, of, unit, natural, of_natural = row(table("health", polite()), "thanks")
    assert unit == "utterances"
    assert (
        isinstance(share, float) and isinstance(natural, float) and isinstance(of, int) and isinstance(of_natural, int)
    )


def test_what_needs_english_words_is_not_measured_in_another_language() -> None:
    random = default_rng(1)
    natural, simulated = (speak(Population(), random, people=6, is_natural=one) for one in (True, False))
    found = humanness_of(natural, simulated, "th")
    unmeasured = {
        "health": {"thanks", "apologies", "farewell loop", "persona leakage", "role flip: the inquirer helps"},
        "fidelity": {"politeness rate", "typo rate", "stop behaviour", "information revealed per turn"},
    }
    for name, labels in unmeasured.items():
        for label in labels:
            assert "not measured in this language" in row(table(name, found), label)
    assert isinstance(row(table("health", found), "goal parroting")[1], float)
    assert table("fidelity", found).rows[-1][0] == "all numeric measures (mean)"
    assert not any("not measured in this language" in cells for cells in table("health", polite()).rows)


def test_endings_are_named_and_counted_for_both() -> None:
    found = table("endings", polite())
    assert [cells[0] for cells in found.rows] == ["goal reached", "no prompt", "next goal"]
    assert row(found, "no prompt")[1:] == (pytest.approx(100 / 49), 1, 0.0, 0)
    assert row(found, "next goal")[1:] == (0.0, 0, 100.0, 48)


def test_each_way_of_grouping_has_a_table_without_rows_of_nothing() -> None:
    names = [one.name for one in polite().health_tables()]
    assert names == ["health", "endings", "health-by-goal", "health-by-turn", "health-by-gender", "health-by-age"]
    by_turn = table("health-by-turn", polite())
    assert by_turn.header[1] == "turn 1"
    assert by_turn.rows[0][:2] == ("dialogues", 49)
    subjects = [cells[0] for cells in by_turn.rows]
    assert "farewell loop" not in subjects, "a dialogue has no turn"
    assert "ended: no prompt" in subjects
    assert "cut by the limit (inquirer)" not in subjects, "there are no outputs"


def test_the_distances_say_which_are_beyond_the_ceiling() -> None:
    found = table("fidelity", polite())
    assert row(found, "politeness rate")[-1] == "yes"
    assert row(found, "number of turns")[-1] == "no"
    assert row(found, "stop behaviour")[1:3] == (None, None)
    assert found.rows[-1][0] == "all numeric measures (mean)"
    assert "beyond" in to_csv(found).splitlines()[0]


def test_groups_name_their_people_and_what_is_farthest() -> None:
    found = table("fidelity-by-group", polite())
    [female] = [cells for cells in found.rows if cells[1] == "Female"]
    assert female[0] == "Gender"
    assert female[2:4] == (6, 6)
    assert female[-1] == "politeness rate"
    assert {cells[0] for cells in found.rows} == {"goal", "turn", *LABELS.values()}


def test_the_figures_describe_themselves_with_their_numbers() -> None:
    by_measure, by_group = polite().figures()
    assert isinstance(by_measure, Drawing)
    assert isinstance(by_group, Drawing)
    assert "politeness rate: " in by_measure.alt
    assert "beyond it" in by_measure.alt
    assert "Gender: Female: " in by_group.alt
    assert b"<desc" in to_svg(by_measure)


def test_the_findings_name_what_is_worse_than_among_people() -> None:
    said = " ".join(polite().findings())
    assert "the simulation is farther from people than people are from each other: politeness rate (" in said
    assert "By persona group, the simulation exceeds the ceiling most for “" in said
    assert "A text classifier tells people and simulations apart better than chance: AUC " in said


def test_without_natural_dialogues_health_is_all_there_is_and_a_sentence_says_why() -> None:
    assert alone().fidelity_tables() == []
    assert "at least 4 people about the same goals; there are 0" in alone().reason
    assert all(isinstance(one, Undrawn) for one in alone().figures())
    [sentence] = alone().findings()
    assert sentence.startswith("Most frequent symptoms: thanks (67%)")


def test_a_run_without_symptoms_says_so() -> None:
    found = humanness_of([], [dialogue_of("is water wet")])
    assert found.findings() == ["No symptom occurs in 1% of the units."]


def test_every_symptom_and_measure_is_defined() -> None:
    labels = [one.label for one in polite().definitions()]
    assert {"thanks", "goal parroting", "typo rate", "stop behaviour"} <= set(labels)
