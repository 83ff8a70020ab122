"""The content of the judging page. Nothing here may depend on which side is artificial."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from enrolment.protocol import Visitor
from evaluation.answers import Answer, answer_of, artificial_side
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.clocks import clocks_of
from evaluation.judging.current_pair import Progress, previous_presentation, progress_of
from evaluation.judging.rendered_texts import render_text
from evaluation.judging.words import script_words
from evaluation.models import Choice, Confidence, Evaluator, Judgement, Pair, Presentation
from evaluation.reading import Reading, ReadTurn, read_pair
from evaluation.texts import questions
from studies.models import new_token

_MODULES = ("answer", "bubbles", "clocks", "keys", "memory", "server", "visible_sides")
SCRIPTS = ("words.js", *(f"judging/{name}.js" for name in _MODULES))
"""The modules that judging.js imports. The page names them, so that browsers fetch all at once."""
CHOICE_KEYS = {Choice.FIRST: "1", Choice.SECOND: "2", Choice.NOT_SURE: "0"}
CONFIDENCE_KEYS = {Confidence.SOMEWHAT: "Q", Confidence.CONFIDENT: "W", Confidence.VERY: "E"}


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """The two bubbles of a turn, as HTML."""

    number: int
    prompt: SafeString
    answer: SafeString


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two dialogues; ``name`` is its value of ``Choice``."""

    name: str
    heading: str
    turns: Sequence[ShownTurn]


@dataclass(frozen=True, slots=True)
class Option:
    """One of a question's answers, with its key on the keyboard."""

    value: str
    label: str
    key: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class PairPage:
    """A pair as its evaluator sees it; ``saved`` is the saved answer, ``answer`` the one to show."""

    presentation: Presentation
    reading: Reading
    progress: Progress
    answer: Answer
    saved: Mapping[str, Any]
    words: Mapping[str, str]
    back: str = ""
    problems: Sequence[str] = ()
    scripts: tuple[str, ...] = SCRIPTS
    key: str = field(default_factory=new_token)

    @property
    def goal(self) -> SafeString:
        """Return the goal as HTML, because goal 4 contains code."""
        return render_text(self.reading.goal)

    @property
    def sides(self) -> list[Side]:
        """Return both sides, the left one first."""
        return [
            Side(Choice.FIRST, self.words["first"], _shown(self.reading.first)),
            Side(Choice.SECOND, self.words["second"], _shown(self.reading.second)),
        ]

    @property
    def choices(self) -> list[Option]:
        """Return the options of "Which dialogue is artificial?"."""
        given = self.answer.choice
        return [Option(each.value, gettext(each.label), key, each == given) for each, key in CHOICE_KEYS.items()]

    @property
    def confidences(self) -> list[Option]:
        """Return the confidence options."""
        given = self.answer.confidence
        return [Option(each.value, gettext(each.label), key, each == given) for each, key in CONFIDENCE_KEYS.items()]

    @property
    def numbers(self) -> range:
        """Return the utterance numbers of the longer side; the page's script offers those of the chosen one."""
        return range(1, self.reading.longest + 1)

    @property
    def script_words(self) -> dict[str, str]:
        """Return the words of the page's scripts."""
        return script_words()

    @property
    def saved_json(self) -> str:
        """Return ``saved`` for the page's script."""
        return json.dumps(self.saved)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback on a training pair; never given on any other pair."""

    presentation: Presentation
    artificial: Choice
    chosen: Choice
    sentence: str

    @property
    def heading(self) -> str:
        """Return which dialogue is the artificial one."""
        return gettext("The {artificial} dialogue is the artificial one").format(
            artificial=gettext(self.artificial.label)
        )

    @property
    def comparison(self) -> str:
        """Return the evaluator's choice, compared with it."""
        if self.chosen == self.artificial:
            return gettext("That is what you chose.")
        if self.chosen == Choice.NOT_SURE:
            return gettext("You were not sure.")
        return gettext("You chose the {chosen} dialogue.").format(chosen=gettext(self.chosen.label))


def read_page(
    visitor: Visitor[Evaluator],
    presentation: Presentation,
    now: datetime,
    answer: Answer | None = None,
    problems: Sequence[str] = (),
) -> PairPage:
    """Return the page with the saved answer, or with the refused ``answer`` and its ``problems``. Raises PairGone."""
    reading = read_pair(presentation.pair, presentation.is_natural_first)
    saved = read_saved(presentation, now)
    progress = progress_of(visitor.person, presentation)
    shown = answer or Answer(**saved["answer"])
    words = questions(visitor.enrolment.study.language)
    return PairPage(presentation, reading, progress, shown, saved, words, _back(presentation), problems)


def read_saved(presentation: Presentation, now: datetime) -> dict[str, Any]:
    """Return the saved answer and times, with which a page can continue.

    ``number`` counts the revisions, ``submitted`` the submissions.
    """
    judgement = getattr(presentation, "judgement", None)
    if judgement is None or judgement.pk is None:  # none, or one that has just been refused
        return {"answer": asdict(Answer()), "number": 0, "submitted": 0, "clocks": None}
    revisions = list(judgement.revisions.all())
    return {
        "answer": asdict(answer_of(revisions[-1]) if revisions else Answer()),
        "number": len(revisions),
        "submitted": sum(each.is_submitted for each in revisions),
        "clocks": clocks_of(judgement, (now - judgement.shown_at).total_seconds()),
    }


def read_feedback(presentation: Presentation) -> Feedback | None:
    """Return the feedback; None unless the pair is for training and has been judged."""
    judgement: Judgement | None = getattr(presentation, "judgement", None)
    if judgement is None or judgement.submitted_at is None or presentation.pair.role != Pair.Role.TRAINING:
        return None
    sentence = presentation.pair.known.get("feedback", "")
    return Feedback(presentation, artificial_side(presentation), Choice(judgement.choice), sentence)


def _back(presentation: Presentation) -> str:
    evaluation = presentation.pair.evaluation
    previous = previous_presentation(presentation) if evaluation.allows_back else None
    return JudgingEnrolment(evaluation).address("pair", previous.token) if previous else ""


def _shown(turns: Sequence[ReadTurn]) -> list[ShownTurn]:
    return [ShownTurn(turn.number, render_text(turn.prompt), render_text(turn.answer)) for turn in turns]
