"""The paper's ten goals."""

from collections import Counter

from dialogue.goals import load_listed
from tests.dialogue.references import read_reference


def test_the_ten_goals_are_word_for_word_those_of_the_official_configuration() -> None:
    goals = [{"number": goal.number, "domain": goal.domain, "text": goal.text} for goal in load_listed()]
    assert goals == [
        {key: goal[key] for key in ("number", "domain", "text")} for goal in read_reference("goals")["goals"]
    ]


def test_goals_are_numbered_from_one_and_cover_three_domains() -> None:
    goals = load_listed()
    assert [goal.number for goal in goals] == list(range(1, 11))
    assert set(Counter(goal.domain for goal in goals)) == {"Math", "Coding", "General Knowledge"}
