"""The topics of the embedded model, read from the TOML files next to this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from dialogue import goals
from tiny.corpus.grammar import expand, expand_one


@dataclass(frozen=True, slots=True)
class Step:
    """A question within a topic.

    ``open`` needs no context, ``follow`` needs the dialogue before it, ``human`` is how people type it; ``answer`` fits all.
    """

    answer: tuple[str, ...]
    open: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    human: tuple[str, ...] = ()

    def opening(self, draw: Random, values: Mapping[str, str]) -> str:
        """Return a question that needs no context."""
        return expand_one(self.open or self.human, draw, values)

    def follow_up(self, draw: Random, values: Mapping[str, str]) -> str:
        """Return a question for the middle of a dialogue."""
        return expand_one(self.follow or self.open or self.human, draw, values)

    def typed(self, draw: Random, values: Mapping[str, str]) -> str:
        """Return a question in a person's words."""
        return expand_one(self.human or self.open, draw, values)

    def reply(self, draw: Random, values: Mapping[str, str]) -> str:
        """Return an answer to any of the questions."""
        return expand(draw.choice(self.answer), draw, values).strip()


@dataclass(frozen=True, slots=True)
class Topic:
    """A goal, the questions that lead to it, and the orders (``paths``) in which an inquirer asks them."""

    name: str
    goals: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    steps: Mapping[str, Step]
    summary: tuple[str, ...]
    scenarios: Mapping[str, tuple[Mapping[str, str], ...]]

    def scenario(self, draw: Random) -> dict[str, str]:
        """Return the numbers and names that one dialogue uses throughout."""
        return {key: value for choices in self.scenarios.values() for key, value in draw.choice(choices).items()}


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Phrasings of something outside the topics, and the answers to it."""

    name: str
    asks: tuple[str, ...]
    answers: tuple[str, ...]

    def exchange(self, draw: Random) -> tuple[str, str]:
        """Return one question with its answer."""
        return expand_one(self.asks, draw, {}), expand(draw.choice(self.answers), draw, {}).strip()


@cache
def goal_topics() -> tuple[Topic, ...]:
    """Return the topics of the paper's ten goals, by number. Each topic's first goal text is the paper's."""
    return tuple(_goal_topic(goal) for goal in goals.load_listed())


@cache
def extra_topics() -> tuple[Topic, ...]:
    """Return a few everyday topics, for people and other studies."""
    return tuple(_topic(table) for table in _read("extras.toml")["topics"])


@cache
def small_talk() -> Mapping[str, SmallTalk]:
    """Return greetings, thanks, questions about the model, and what it does not know."""
    tables = _read("smalltalk.toml")
    return {name: SmallTalk(name, tuple(table["asks"]), tuple(table["answers"])) for name, table in tables.items()}


@cache
def unfamiliar() -> Mapping[str, tuple[str, ...]]:
    """Return words and phrasings for goals and questions that the model cannot answer."""
    return {name: tuple(values) for name, values in _read("unfamiliar.toml").items()}


def _goal_topic(goal: goals.ListedGoal) -> Topic:
    table = _read(f"goal_{goal.number:02}.toml")
    return _topic({**table, "name": f"goal {goal.number}", "goals": [goal.text, *table["paraphrases"]]})


def _topic(table: Mapping[str, Any]) -> Topic:
    return Topic(
        table["name"],
        tuple(table["goals"]),
        tuple(tuple(path.split()) for path in table["paths"]),
        {name: Step(**{key: tuple(texts) for key, texts in step.items()}) for name, step in table["steps"].items()},
        tuple(table["summary"]),
        {name: tuple(choices) for name, choices in table.get("scenarios", {}).items()},
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("tiny.corpus").joinpath("data", name).read_text("utf-8"))
