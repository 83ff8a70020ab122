"""Answers of synthetic evaluators, drawn from the mixed logistic model of the analysis."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from evaluation.answers import Answer
from evaluation.models import Bubble, Choice, Confidence, Judgement
from evaluation.rehearsal.topics import read_data

_SEED = 2025
_CONFIDENCES = (Confidence.VERY, Confidence.CONFIDENT, Confidence.SOMEWHAT)
_SHRINKAGE = 16 * math.sqrt(3) / (15 * math.pi)
"""Averaged over random effects with standard deviation d, a logit shrinks by sqrt(1 + (this x d)²)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair shown to an evaluator, with the number of turns of each side."""

    model: str
    person: str
    goal: int
    evaluator: int
    is_natural_first: bool
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer with its times in seconds and the shares of the sides that were scrolled."""

    answer: Answer
    active: float
    hidden: float
    idle: float
    scrolled: tuple[float, float]
    interacted: float
    decided: float

    @property
    def whole(self) -> float:
        """Return the seconds from showing the pair to submitting."""
        return self.active + self.hidden + self.idle


def draw_judgement(shown: Shown) -> Drawn:
    """Draw the judgement of an evaluator about a pair, always the same for both, independently of all others."""
    draw, table = Random(f"{_SEED}/{shown.model}/{shown.person}/{shown.goal}"), _tables()["models"][shown.model]
    return Drawn(
        answer=_answer(shown, table, draw),
        active=_seconds(draw, *table["seconds"]),
        hidden=draw.choice((0.0, 0.0, 0.0, draw.uniform(2, 90))),
        idle=draw.choice((0.0, 0.0, draw.uniform(1, 20))),
        scrolled=(draw.choice((1.0, 1.0, draw.uniform(0.4, 1))), draw.choice((1.0, 1.0, draw.uniform(0.4, 1)))),
        interacted=draw.uniform(0.05, 0.4),
        decided=draw.uniform(0.5, 0.9),
    )


def _answer(shown: Shown, table: Mapping[str, Any], draw: Random) -> Answer:
    is_detected = draw.random() < _chance(shown, table["detected"])
    confidence = draw.choices(_CONFIDENCES, table["confidence_detected" if is_detected else "confidence_undetected"])[0]
    if not is_detected and draw.random() < _tables()["not_sure"]:
        return Answer(Choice.NOT_SURE, confidence, Judgement.NO_SINGLE_UTTERANCE)
    choice = Choice.FIRST if is_detected != shown.is_natural_first else Choice.SECOND
    if draw.random() < _tables()["no_single"]:
        return Answer(choice, confidence, Judgement.NO_SINGLE_UTTERANCE)
    number = 1 + int(draw.expovariate(1 / max(table["utterance"] - 0.5, 0.1)))
    turns = shown.first if choice == Choice.FIRST else shown.second
    bubble = draw.choice((Bubble.PROMPT, Bubble.PROMPT, Bubble.ANSWER))
    return Answer(choice, confidence, min(number, turns), choice, bubble)


def _chance(shown: Shown, rate: float) -> float:
    """Return the probability of detection: the model's logit plus the effects of the evaluator and the participant."""
    evaluator, person = _tables()["evaluator_deviation"], _tables()["person_deviation"]
    stretch = math.sqrt(1 + _SHRINKAGE**2 * (evaluator**2 + person**2))
    effects = _effect(f"evaluator {shown.evaluator}", evaluator) + _effect(f"person {shown.person}", person)
    return 1 / (1 + math.exp(-math.log(rate / (1 - rate)) * stretch - effects))


def _effect(name: str, deviation: float) -> float:
    return Random(f"{_SEED}/{name}").gauss(0, deviation)


def _seconds(draw: Random, mean: float, deviation: float) -> float:
    """Draw log-normal seconds with this mean and standard deviation, between 4 seconds and half an hour."""
    variance = math.log(1 + (deviation / mean) ** 2)
    return min(max(draw.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance)), 4.0), 1800.0)


@cache
def _tables() -> dict[str, Any]:
    return read_data("judging.toml")
