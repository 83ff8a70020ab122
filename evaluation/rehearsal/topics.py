"""The utterances for each goal, from the TOML files in ``data``."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from string import Template
from typing import Any

Said = tuple[str, str]
"""A prompt and its answer."""

_CHOICE = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_DOMAINS = ("math", "coding", "knowledge")


@dataclass(frozen=True, slots=True)
class Step:
    """One question: the wordings of people and of models, and answers that fit both."""

    human: tuple[str, ...]
    model: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """The steps towards one goal, in order. A dialogue uses one of the sets of numbers and names in ``values``."""

    goal: int
    steps: tuple[Step, ...]
    values: tuple[Mapping[str, str], ...]


@cache
def load_topics() -> Mapping[int, Topic]:
    """Return the topics, by the number of the paper's goal."""
    tables = [table for domain in _DOMAINS for table in read_data(f"{domain}.toml")["topics"]]
    return {table["goal"]: _topic(table) for table in tables}


def read_data(name: str) -> dict[str, Any]:
    """Return the content of a TOML file in ``data``."""
    return tomllib.loads(files("evaluation.rehearsal.data").joinpath(name).read_text("utf-8"))


def expand(templates: Sequence[str], values: Mapping[str, str], draw: Random) -> str:
    """Draw a template and one of each "[a|b]" in it, and fill in every "$name" in ``values``."""
    chosen = _CHOICE.sub(lambda match: draw.choice(match[1].split("|")), draw.choice(templates))
    return Template(chosen).safe_substitute(values).strip()


def _topic(table: Mapping[str, Any]) -> Topic:
    steps = [Step(**{name: tuple(texts) for name, texts in step.items()}) for step in table["steps"]]
    return Topic(table["goal"], tuple(steps), tuple(table.get("values", [{}])))
