"""What the judging page shows. Nothing in here may depend on which side is artificial."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from enrolment.protocol import Visitor
from evaluation.answers import Answer, answer_of, artificial_side
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.clocks import tell_clocks
from evaluation.judging.next import Progress, previous_showing, progress_of
from evaluation.judging.rendering import render_text
from evaluation.models import Choice, Confidence, Evaluator, Judgement, Pair, Showing
from evaluation.reading import Reading, ReadTurn, read_pair
from evaluation.texts import questions
from studies.models import new_token

_MODULES = ("answer", "bubbles", "clocks", "keys", "memory", "server", "sides")
SCRIPTS = tuple(f"judging/{name}.js" for name in _MODULES)
"""What judging.js imports: the page names it, so that a browser fetches all at once."""
CHOICE_KEYS = {Choice.FIRST: "1", Choice.SECOND: "2", Choice.NOT_SURE: "0"}
CONFIDENCE_KEYS = {Confidence.SOMEWHAT: "Q", Confidence.CONFIDENT: "W", Confidence.VERY: "E"}


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn's two bubbles, as HTML."""

    number: int
    prompt: SafeString
    answer: SafeString


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two dialogues; ``name`` is the choice that means it."""

    name: str
    heading: str
    turns: Sequence[ShownTurn]


@dataclass(frozen=True, slots=True)
class Option:
    """One of a question's answers, with the key that gives it."""

    value: str
    label: str
    key: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class PairPage:
    """A pair as its evaluator sees it, with what they have said about it so far."""

    showing: Showing
    reading: Reading
    progress: Progress
    answer: Answer
    standing: Mapping[str, Any]
    back: str = ""
    problems: Sequence[str] = ()
    scripts: tuple[str, ...] = SCRIPTS
    words: Mapping[str, str] = field(default_factory=questions)
    key: str = field(default_factory=new_token)

    @property
    def goal(self) -> SafeString:
        """As HTML: goal 4 holds a function."""
        return render_text(self.reading.goal)

    @property
    def sides(self) -> list[Side]:
        """The left one first."""
        return [
            Side(Choice.FIRST, self.words["first"], _shown(self.reading.first)),
            Side(Choice.SECOND, self.words["second"], _shown(self.reading.second)),
        ]

    @property
    def choices(self) -> list[Option]:
        """Which dialogue is artificial."""
        given = self.answer.choice
        return [Option(each.value, str(each.label), key, each == given) for each, key in CHOICE_KEYS.items()]

    @property
    def confidences(self) -> list[Option]:
        given = self.answer.confidence
        return [Option(each.value, str(each.label), key, each == given) for each, key in CONFIDENCE_KEYS.items()]

    @property
    def numbers(self) -> range:
        """Utterance numbers of the longer side; the page offers those of the chosen one."""
        return range(1, self.reading.longest + 1)

    @property
    def state(self) -> str:
        """``standing`` for the page's script."""
        return json.dumps(self.standing)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is told after a pair for practice, and only after that."""

    showing: Showing
    artificial: str
    chosen: str
    sentence: str

    @property
    def was_right(self) -> bool:
        return self.artificial == self.chosen


def read_page(
    visitor: Visitor[Evaluator],
    showing: Showing,
    now: datetime,
    answer: Answer | None = None,
    problems: Sequence[str] = (),
) -> PairPage:
    """With the answer that stands, unless another was just given that had ``problems``. Raises PairGone."""
    reading = read_pair(showing.pair, showing.is_natural_first)
    standing = standing_of(showing, now)
    progress = progress_of(visitor.person, is_practice=showing.pair.role == Pair.Role.TRAINING)
    shown = answer or Answer(**standing["answer"])
    return PairPage(showing, reading, progress, shown, standing, _back(showing), problems)


def standing_of(showing: Showing, now: datetime) -> dict[str, Any]:
    """The evaluator's answers about the pair so far, from which every page that shows it can continue.

    ``number`` counts what the trail holds, ``submitted`` how often they have submitted.
    """
    judgement = getattr(showing, "judgement", None)
    if judgement is None or judgement.pk is None:  # none, or one that was refused just now
        return {"answer": asdict(Answer()), "number": 0, "submitted": 0, "clocks": None}
    trail = list(judgement.revisions.all())
    return {
        "answer": asdict(answer_of(trail[-1]) if trail else Answer()),
        "number": len(trail),
        "submitted": sum(each.is_submitted for each in trail),
        "clocks": tell_clocks(judgement, (now - judgement.shown_at).total_seconds()),
    }


def read_feedback(showing: Showing) -> Feedback | None:
    """None unless the pair is for practice and has been judged."""
    judgement: Judgement | None = getattr(showing, "judgement", None)
    if judgement is None or judgement.submitted_at is None or showing.pair.role != Pair.Role.TRAINING:
        return None
    side = artificial_side(showing)
    return Feedback(showing, side.label, Choice(judgement.choice).label, showing.pair.known.get("feedback", ""))


def _back(showing: Showing) -> str:
    evaluation = showing.pair.evaluation
    previous = previous_showing(showing) if evaluation.allows_back else None
    return JudgingEnrolment(evaluation).address("pair", previous.token) if previous else ""


def _shown(turns: Sequence[ReadTurn]) -> list[ShownTurn]:
    return [ShownTurn(turn.number, render_text(turn.prompt), render_text(turn.answer)) for turn in turns]
