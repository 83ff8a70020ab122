"""Participants by each feature of the persona form (the paper's figures 3 to 7)."""

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import Any

from collection.models import Participant
from dialogue.answers import WITHHELD, chosen_options
from studies.models import Study
from studies.questionnaires import read_features
from studies.questions.question import Question

WIDTH = 320
ROW = 38
"""Units of the drawing. Each row has a label above its bar."""
LABEL_AT, BAR_AT = 15, 22


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
    people = study.participants.filter(state__in=[Participant.State.ACTIVE, Participant.State.FINISHED])
    answers = list(people.exclude(persona=None).values_list("persona__features", flat=True))
    asked = [question for question in read_features(study.questionnaire) if question.choices]
    return [_spread(question, answers) for question in asked] if answers else []


def _spread(feature: Question, answers: list[dict[str, Any]]) -> Distribution:
    """Return one figure, without unused options that screen out, and with "Prefer not to say" last if it was chosen."""
    given = [chosen_options(row[feature.key]) for row in answers if feature.key in row]
    counts = Counter(str(option) for chosen in given for option in chosen)
    listed = feature.options or tuple(map(str, feature.points))
    offered = [option for option in listed if counts[option] or option not in feature.screened_out]
    options = dict.fromkeys(chain(offered, [WITHHELD] if counts[WITHHELD] else []))
    total = len(given) or 1
    bars = [Bar(option, counts[option], counts[option] / total, row) for row, option in enumerate(options)]
    return Distribution(feature.key, feature.label, bars)
