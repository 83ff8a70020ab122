"""The paper's ten goals (appendix A)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ListedGoal:
    """A goal of an inquirer, and its domain: Math, Coding or General Knowledge."""

    number: int
    domain: str
    text: str


@cache
def load_listed() -> tuple[ListedGoal, ...]:
    """Return the ten goals of the paper's study, by number."""
    data = tomllib.loads(files("dialogue.data").joinpath("goals.toml").read_text("utf-8"))
    return tuple(ListedGoal(**entry) for entry in data["goals"])
