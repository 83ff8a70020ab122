"""The content of the judging page. Nothing here may depend on which side is artificial, or on whose answers are shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from enrolment.protocol import Visitor
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.clocks import clocks_of
from evaluation.judging.current_pair import Progress, previous_presentation, progress_of
from evaluation.judging.rendered_texts import render_text
from evaluation.judging.words import script_words
from evaluation.kinds.base import Option, PairKind, Question
from evaluation.kinds.registry import kind_of
from evaluation.models import Choice, Evaluator, Presentation
from evaluation.own_questions import own_page
from evaluation.reading import ReadTurn
from studies.models import new_token
from studies.questions.pages import QuestionPage

_MODULES = (
    "answer",
    "bubbles",
    "clocks",
    "keys",
    "memory",
    "own_questions",
    "ratings",
    "room",
    "server",
    "visible_sides",
)
SCRIPTS = ("words.js", *(f"judging/{name}.js" for name in _MODULES))
"""The modules that judging.js imports. The page names them, so that browsers fetch all at once."""


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """The two bubbles of a turn, as HTML."""

    number: int
    prompt: SafeString
    answer: SafeString


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two sides; ``name`` is its value of ``Choice``. A dialogue has ``turns``, an answer is ``text`` as HTML."""

    name: str
    heading: str
    turns: Sequence[ShownTurn] = ()
    text: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with the answer to show: the chosen option and the reason."""

    question: Question
    given: str
    reason: str
    longest_reason: int

    @property
    def options(self) -> list[tuple[Option, bool]]:
        """Return the options, and whether each is chosen."""
        return [(option, option.value == self.given) for option in self.question.options]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the page sends answers and drafts and asks for the saved answer, where its person goes ``on``, and ``back`` to an
    earlier pair if they may."""

    submit: str
    draft: str
    state: str
    on: str
    back: str = ""


@dataclass(frozen=True, slots=True)
class PairPage:
    """A pair as its evaluator sees it; ``saved`` is the saved answer, ``answer`` the one to show."""

    presentation: Presentation
    kind: PairKind[Any, Any]
    reading: Any
    progress: Progress
    answer: Any
    saved: Mapping[str, Any]
    addresses: Addresses
    problems: Sequence[str] = ()
    scripts: tuple[str, ...] = SCRIPTS
    key: str = field(default_factory=new_token)

    @property
    def words(self) -> Mapping[str, str]:
        return self.kind.words

    @property
    def sides(self) -> list[Side]:
        """Return both sides, the left one first."""
        return sides_of(self.kind, self.reading)

    @property
    def questions(self) -> list[AskedQuestion]:
        """Return the questions with the answer to show."""
        given, reasons = self.kind.given(self.answer), self.kind.reasons(self.answer)
        return [
            AskedQuestion(each, given[each.key], reasons.get(each.key, ""), self.kind.longest_reason)
            for each in self.kind.questions
        ]

    @property
    def own(self) -> QuestionPage:
        """Return the evaluation's own questions with the answers to show."""
        return own_page(self.kind.own_questions, self.kind.own_answers(self.answer))

    @property
    def numbers(self) -> range:
        """Return the utterance numbers of the longer dialogue; the page's script offers those of the chosen one."""
        return range(1, self.reading.longest + 1)

    @property
    def script_words(self) -> dict[str, str]:
        """Return the words of the page's scripts."""
        return script_words()

    @property
    def saved_json(self) -> str:
        """Return ``saved`` for the page's script."""
        return json.dumps(self.saved)


def read_page(
    visitor: Visitor[Evaluator],
    presentation: Presentation,
    now: datetime,
    answer: Any = None,
    problems: Sequence[str] = (),
) -> PairPage:
    """Return the page with the saved answer, or with the refused ``answer`` and its ``problems``. Raises PairGone."""
    kind = kind_of(presentation.pair.evaluation)
    reading = kind.read_pair(presentation.pair, presentation.is_natural_first)
    saved = read_saved(presentation, now)
    progress = progress_of(visitor.person, presentation)
    shown = answer or kind.read_answer(saved["answer"])
    return PairPage(presentation, kind, reading, progress, shown, saved, _addresses(presentation), problems)


def read_saved(presentation: Presentation, now: datetime) -> dict[str, Any]:
    """Return the saved answer and times, with which a page can continue.

    ``number`` counts the revisions, ``submitted`` the submissions.
    """
    kind = kind_of(presentation.pair.evaluation)
    judgement = getattr(presentation, "judgement", None)
    if judgement is None or judgement.pk is None:  # none, or one that has just been refused
        return {"answer": asdict(kind.answer_of(None)), "number": 0, "submitted": 0, "clocks": None}
    revisions = list(judgement.revisions.all())
    return {
        "answer": asdict(kind.answer_of(revisions[-1] if revisions else None)),
        "number": len(revisions),
        "submitted": sum(each.is_submitted for each in revisions),
        "clocks": clocks_of(judgement, (now - judgement.shown_at).total_seconds()),
    }


def sides_of(kind: PairKind[Any, Any], reading: Any) -> list[Side]:
    """Return both sides, the left one first."""
    shown = ((Choice.FIRST, reading.first), (Choice.SECOND, reading.second))
    return [_side(name, kind.words[name], content) for name, content in shown]


def _addresses(presentation: Presentation) -> Addresses:
    evaluation, token = presentation.pair.evaluation, presentation.token
    enrolment = JudgingEnrolment(evaluation)
    previous = previous_presentation(presentation) if evaluation.allows_back else None
    return Addresses(
        submit=enrolment.address("submit", token),
        draft=enrolment.address("draft", token),
        state=enrolment.address("state", token),
        on=enrolment.address("pairs"),
        back=enrolment.address("pair", previous.token) if previous else "",
    )


def _side(name: str, heading: str, content: Sequence[ReadTurn] | str) -> Side:
    if isinstance(content, str):
        return Side(name, heading, text=render_text(content))
    turns = [ShownTurn(turn.number, render_text(turn.prompt), render_text(turn.answer)) for turn in content]
    return Side(name, heading, turns)
