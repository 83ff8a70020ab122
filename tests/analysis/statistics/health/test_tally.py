"""Symptoms and endings are counted altogether, by goal, by persona group and by turn."""

from analysis.statistics.health.catalogue import symptoms_for
from analysis.statistics.health.tally import ALL, GOAL, LAST_TURN, TURN, Health, Share
from tests.analysis.statistics.populations import dialogue_of

WHOLE = (ALL, "")


def health() -> Health:
    found = Health(symptoms_for("en"))
    return found.add_all(
        [
            dialogue_of("Thanks, how fast?", "thanks", features={"age": "18 to 24"}),
            dialogue_of(
                "how fast", "how far", "thanks", goal_number=2, ending="max_turns", features={"age": "25 to 34"}
            ),
        ]
    )


def test_a_share_is_of_the_units_in_which_the_symptom_was_looked_for() -> None:
    assert health().share("thanks", WHOLE) == Share(3, 5)
    assert health().share("farewell-loop", WHOLE) == Share(0, 2)
    assert health().share("cut-inquirer", WHOLE).rate is None


def test_goals_persona_groups_and_turns_have_shares_of_their_own() -> None:
    found = health()
    assert found.share("thanks", (GOAL, "1")) == found.share("thanks", ("age", "18 to 24")) == Share(2, 2)
    assert found.share("thanks", (GOAL, "2")) == Share(1, 3)
    assert [found.share("thanks", (TURN, turn)) for turn in "123"] == [Share(1, 2), Share(1, 2), Share(1, 1)]


def test_groups_are_in_the_order_of_their_numbers_or_names() -> None:
    found = Health([]).add_all(dialogue_of("a", goal_number=number) for number in (10, 9, 1))
    assert found.groups(GOAL) == ["1", "9", "10"]
    assert health().groups("age") == ["18 to 24", "25 to 34"]
    assert health().groups(TURN) == ["1", "2", "3"]


def test_late_turns_are_counted_together() -> None:
    found = Health(symptoms_for("en")).add_all([dialogue_of(*["thanks"] * (LAST_TURN + 2))])
    assert found.share("thanks", (TURN, str(LAST_TURN))) == Share(3, 3)


def test_endings_are_shares_of_dialogues_and_by_turn_of_those_that_reached_it() -> None:
    found = health()
    assert found.ending_share("goal_reached", WHOLE) == Share(1, 2)
    assert found.ending_share("max_turns", (GOAL, "1")) == Share(0, 1)
    assert found.ending_share("goal_reached", (TURN, "1")) == Share(0, 2)
    assert found.ending_share("goal_reached", (TURN, "2")) == Share(1, 2)
    assert found.ending_share("max_turns", (TURN, "3")) == Share(1, 1)


def test_a_dialogue_that_failed_before_its_first_turn_ended_in_it() -> None:
    found = Health(symptoms_for("en")).add_all([dialogue_of(ending="no_prompt"), dialogue_of("a")])
    assert found.ending_share("no_prompt", (TURN, "1")) == Share(1, 2)
