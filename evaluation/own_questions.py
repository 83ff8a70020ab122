"""Questions that researchers ask about a pair after the paper's, and evaluators' answers to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from evaluation.models.answers import Choice, Confidence
from studies.questions.answers import answer_fault, check_page, is_empty
from studies.questions.numbers import is_number
from studies.questions.order import condition_faults
from studies.questions.pages import QuestionPage, read_posted
from studies.questions.question import Condition, Kind, Question
from studies.questions.storage import entry_faults, question_faults, read_question, write_question

MOST_QUESTIONS = 20
MOST_CHARACTERS = 10_000
"""Of all texts in one answer: each draft stores them again, so that a script could fill the disk with longer ones."""
SIDES = ("first", "second")
DIALOGUES = ("natural", "simulated")
PAPER = (
    Question("choice", "Which dialogue is artificial?", options=tuple(Choice.values), may_be_withheld=False),
    Question("confidence", "How confident are you?", options=tuple(Confidence.values), may_be_withheld=False),
)
"""The paper's questions on which others can depend, in the words of researchers' pages, with their answers as stored."""
PAPER_WORDS = {"choice": dict(Choice.choices), "confidence": dict(Confidence.choices)}
"""How these pages show their answers."""
_PAPER_KEYS = frozenset(question.key for question in PAPER)
_PREFIX = "own."
"""Keeps names apart from those of the paper's questions, in forms and tables."""


class About(TextChoices):
    PAIR = "pair", "about the pair"
    EACH = "each", "about each dialogue"


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, and whether it is asked once or about each of the two dialogues."""

    question: Question
    about: About = About.PAIR

    @property
    def names(self) -> dict[str, str]:
        """Return the names under which it is asked by side; the side is "" if it is asked once."""
        return {side: self.name_of(side) for side in (SIDES if self.about == About.EACH else ("",))}

    @property
    def columns(self) -> dict[str, str]:
        """Return the names under which results and tables have its answers, by kind of dialogue instead of side."""
        return {part: self.name_of(part) for part in (DIALOGUES if self.about == About.EACH else ("",))}

    def name_of(self, part: str) -> str:
        """Return the name of the question about a part of the pair. No key has a dot."""
        name = f"{_PREFIX}{self.question.key}"
        return f"{name}.{part}" if part else name


def read_own_questions(table: Any) -> tuple[OwnQuestion, ...]:
    """Return the valid questions, in order."""
    entries = table if isinstance(table, list) else []
    return tuple(
        OwnQuestion(read_question(entry), About(entry.get("about", About.PAIR)))
        for entry in entries
        if not any(_entry_faults(entry))
    )


def write_own_question(own: OwnQuestion) -> dict[str, Any]:
    """Return the question as an evaluation stores it, for ``read_own_questions``."""
    return write_question(own.question) | {"about": str(own.about)}


def check_own_questions(table: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless these are questions that evaluators can be asked."""
    if not isinstance(table, list) or len(table) > MOST_QUESTIONS:
        raise ValidationError(f"Your own questions must be a list of at most {MOST_QUESTIONS}.")
    faults = [f"Question {number} {fault}" for number, entry in enumerate(table, 1) for fault in _entry_faults(entry)]
    if faults := faults or list(_faults_together(read_own_questions(table))):
        raise ValidationError(faults)


def asked_questions(questions: Sequence[OwnQuestion], sides: Mapping[str, str]) -> list[Question]:
    """Return the questions as a page asks them, named and in order; ``sides`` are the headings of the dialogues."""
    about = {own.question.key: own.about for own in questions}
    return [
        replace(
            own.question,
            key=name,
            label=f"{sides[side]}: {own.question.label}" if side else own.question.label,
            condition=_renamed(own.question.condition, about, side),
        )
        for own in questions
        for side, name in own.names.items()
    ]


def own_page(asked: Sequence[Question], given: Mapping[str, Any] | None = None) -> QuestionPage:
    """Return the page with the paper's questions on which these are asked, with the answers ``given``."""
    return QuestionPage(asked, given=given, beside=_PAPER_KEYS)


def read_own_answers(asked: Sequence[Question], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers among what a browser sent or what is stored; unknown names are ignored.

    Raises ValueError if a value is neither text, a number nor a list of texts.
    """
    posted = MultiValueDict({one.key: _texts(sent.get(one.key)) for one in asked})
    answers = {one.key: read_posted(one, posted) for one in asked}
    return {name: answer for name, answer in answers.items() if not is_empty(answer)}


def draft_faults(asked: Sequence[Question], answers: Mapping[str, Any]) -> list[str]:
    """Return why these cannot be parts of an answer. A number may still lack digits, so its limits do not matter yet."""
    given = [(one, answers.get(one.key)) for one in asked]
    faults = (answer_fault(one, answer) for one, answer in given if not (one.kind == Kind.NUMBER and is_number(answer)))
    return [fault for fault in (*faults, _excess(answers)) if fault]


def whole_faults(asked: Sequence[Question], answers: Mapping[str, Any], papers: Mapping[str, str]) -> list[str]:
    """Return why the answers cannot be submitted, a sentence for each question.

    ``papers`` are the answers to the paper's questions.
    """
    return list(check_page(asked, answers, papers).faults.values())


def counted_answers(asked: Sequence[Question], answers: Mapping[str, Any], papers: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers to the questions whose condition is met; ``papers`` are those to the paper's questions."""
    return check_page(asked, answers, papers).answers


def answers_by_dialogue(
    questions: Sequence[OwnQuestion], answers: Mapping[str, Any], *, is_natural_first: bool
) -> dict[str, Any]:
    """Return the answers by column: those about a side belong to the dialogue that was on it."""
    dialogues = DIALOGUES if is_natural_first else DIALOGUES[::-1]
    part = dict(zip(SIDES, dialogues, strict=True)) | {"": ""}
    named = [(own.name_of(part[side]), name) for own in questions for side, name in own.names.items()]
    return {column: answers[name] for column, name in named if name in answers}


def _excess(answers: Mapping[str, Any]) -> str:
    """Return what to do if the texts are too long together."""
    length = sum(len(answer) for answer in answers.values() if isinstance(answer, str))
    if length <= MOST_CHARACTERS:
        return ""
    sentence = gettext("Shorten your answers to at most {most} characters in total. They have {length}.")
    return sentence.format(most=MOST_CHARACTERS, length=length)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(one, str) or is_number(one) for one in values):
        raise ValueError("An answer must be text, a number or a list of texts.")
    return [str(one) for one in values]


def _renamed(condition: Condition | None, about: Mapping[str, About], side: str) -> Condition | None:
    if condition is None or condition.key in _PAPER_KEYS - about.keys():
        return condition
    other = OwnQuestion(Question(condition.key, ""))
    return replace(condition, key=other.name_of(side if about.get(condition.key) == About.EACH else ""))


def _entry_faults(entry: Any) -> Iterator[str]:
    faults = list(entry_faults(entry))
    yield from faults
    if not faults:
        yield from question_faults(read_question(entry))
        if entry.get("about", About.PAIR) not in About.values:
            yield f"must be about one of: {', '.join(About.values)}."


def _faults_together(questions: Sequence[OwnQuestion]) -> Iterator[str]:
    asked = [*PAPER, *(own.question for own in questions)]
    keys = [question.key for question in asked]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        yield from (f"Two questions have the key “{key}”. Give each question a different key." for key in twice)
        return
    yield from condition_faults(asked)
    about = {own.question.key: own.about for own in questions}
    for own in questions:
        condition = own.question.condition
        if condition and own.about == About.PAIR and about.get(condition.key) == About.EACH:
            yield (
                f"“{own.question.key}” is asked once, but depends on “{condition.key}”, which is asked about each dialogue. "
                "Ask it about each dialogue, too, or choose another question."
            )
