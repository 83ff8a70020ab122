"""Participants by each feature of the persona form (the paper's figures 3 to 7), and answers to other questions."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import QuerySet

from collection.models import Participant
from dialogue.answers import WITHHELD, chosen_options
from studies.models import Study, SurveyAnswer
from studies.questionnaires import read_features, read_questions
from studies.questions.question import Kind, Question

WIDTH = 320
ROW = 38
"""Units of the drawing. Each row has a label above its bar."""
LABEL_AT, BAR_AT = 15, 22
MOST_RANGES = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """The number of participants who chose one option, its fraction (``share``), and its row in the drawing."""

    option: str
    count: int
    share: float
    row: int

    @property
    def label_y(self) -> int:
        return self.row * ROW + LABEL_AT

    @property
    def bar_y(self) -> int:
        return self.row * ROW + BAR_AT

    @property
    def width(self) -> str:
        """Return the width of the bar in SVG's notation, independent of the locale."""
        return f"{WIDTH * self.share:.1f}"

    @property
    def percent(self) -> str:
        return f"{100 * self.share:.0f}%"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A figure: participants by the options of one feature, in the form's order."""

    key: str
    label: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * ROW

    @property
    def width(self) -> int:
        return WIDTH


def read_distributions(study: Study) -> list[Distribution]:
    """Return a figure for each feature, over participants who are chatting or have finished; none without participants."""
    answers = list(_people(study).exclude(persona=None).values_list("persona__features", flat=True))
    asked = [question for question in read_features(study.questionnaire) if not question.is_free_text]
    return [_spread(one, [row[one.key] for row in answers if one.key in row]) for one in asked] if answers else []


def read_survey_distributions(study: Study) -> list[Distribution]:
    """Return a figure for each question beside the persona form that has answers, over the same participants and their
    goals."""
    asked = [one for one in read_questions(study.questionnaire) if one.is_survey and not one.is_free_text]
    given: defaultdict[str, list[Any]] = defaultdict(list)
    rows = (
        SurveyAnswer.objects.filter(persona__participant__in=_people(study)) if asked else SurveyAnswer.objects.none()
    )
    for key, value in rows.exclude(value=None).values_list("question", "value"):
        given[key].append(value)
    return [_spread(one, given[one.key]) for one in asked if given[one.key]]


def _people(study: Study) -> QuerySet[Participant]:
    return study.participants.filter(state__in=[Participant.State.ACTIVE, Participant.State.FINISHED])


def _spread(question: Question, answers: list[Any]) -> Distribution:
    """Return one figure, without unused options that screen out, and with "Prefer not to say" last if it was chosen."""
    ranges = Ranges.over(answers) if question.kind == Kind.NUMBER else None
    listed = ranges.labels if ranges else question.options or tuple(map(str, question.points))
    chosen = (one for answer in answers for one in chosen_options(answer))
    counts = Counter(ranges.label(one) if ranges else str(one) for one in chosen)
    offered = [option for option in listed if counts[option] or option not in question.screened_out]
    options = dict.fromkeys(chain(offered, [WITHHELD] if counts[WITHHELD] else []))
    total = len(answers) or 1
    bars = [Bar(option, counts[option], counts[option] / total, row) for row, option in enumerate(options)]
    return Distribution(question.key, question.label, bars)


@dataclass(frozen=True, slots=True)
class Ranges:
    """At most MOST_RANGES equal ranges of numbers, each of a whole ``width``, from ``first`` to the one that holds ``last``."""

    first: int
    last: int
    width: int

    @classmethod
    def over(cls, answers: list[Any]) -> "Ranges | None":
        """Return the ranges that hold all numbers among the answers; None without any."""
        numbers = [math.floor(answer) for answer in answers if not isinstance(answer, str)]
        if not numbers:
            return None
        first, last = min(numbers), max(numbers)
        return cls(first, last, max(1, math.ceil((last - first + 1) / MOST_RANGES)))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(map(self.label, range(self.first, self.last + 1, self.width)))

    def label(self, answer: Any) -> str:
        """Return the range of the answer, or the answer if it is no number."""
        if isinstance(answer, str):
            return answer
        start = answer - (answer - self.first) % self.width
        return (
            f"{math.floor(start)}"
            if self.width == 1
            else f"{math.floor(start)} to {math.floor(start) + self.width - 1}"
        )
