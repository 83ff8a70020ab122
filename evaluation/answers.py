"""Answers to the three questions of figure 12, and checks whether they fit a pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, gettext_noop

from evaluation.models import Bubble, Choice, Confidence, Judgement, Presentation
from evaluation.models.answers import AnswerFields
from evaluation.reading import Reading

NOTHING_CHOSEN = gettext_noop("Please say which dialogue is artificial: 1st, 2nd or not sure.")
NO_CONFIDENCE = gettext_noop("Please say how confident you are about your choice.")
NO_UTTERANCE = gettext_noop(
    "Please say which utterance reveals that the dialogue is artificial, or that no single one does."
)


class Unanswerable(ValueError):
    """The answer does not fit the pair or is incomplete; ``sentences`` say what to do."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete or partial answer, with the fields of ``evaluation.models.answers.AnswerFields``."""

    choice: str = ""
    confidence: str = ""
    utterance_number: int | None = None
    utterance_side: str = ""
    utterance_bubble: str = ""
    own_answers: Mapping[str, Any] = field(default_factory=dict)


def answer_of(row: AnswerFields) -> Answer:
    """Return the answer stored in the row."""
    clicked = (row.utterance_number, row.utterance_side, row.utterance_bubble)
    return Answer(row.choice, row.confidence, *clicked, own_answers=row.own_answers)


def available_numbers(reading: Reading, choice: str) -> range:
    """Return the utterance numbers of the chosen dialogue, or of the longer one if the choice is "not sure"."""
    turns = {Choice.FIRST: len(reading.first), Choice.SECOND: len(reading.second)}.get(Choice(choice), reading.longest)
    return range(1, turns + 1)


def check_draft(answer: Answer, reading: Reading) -> None:
    """Raise Unanswerable if a part of the answer does not fit the pair; parts may be missing."""
    refuse([*_unknown(answer), *_nonexistent(answer, reading)])


def check_whole(answer: Answer, reading: Reading) -> None:
    """Raise Unanswerable, with a sentence for each missing part, unless the three questions are answered."""
    refuse(missing_parts(answer))
    check_draft(answer, reading)


def missing_parts(answer: Answer) -> list[str]:
    """Return a sentence for each of the three questions that is not answered. "Not sure" needs no utterance."""
    needs_utterance = answer.choice != Choice.NOT_SURE
    parts = (
        (not answer.choice, NOTHING_CHOSEN),
        (not answer.confidence, NO_CONFIDENCE),
        (needs_utterance and answer.utterance_number is None, NO_UTTERANCE),
    )
    return [gettext(sentence) for is_missing, sentence in parts if is_missing]


def refuse(problems: Sequence[str]) -> None:
    """Raise Unanswerable if there are problems."""
    if problems:
        raise Unanswerable(*problems)


def is_detected(choice: str, is_natural_first: bool) -> bool:
    """Return whether the artificial side was chosen; "not sure" counts as undetected (section 3.4)."""
    return choice == (Choice.SECOND if is_natural_first else Choice.FIRST)


def artificial_side(presentation: Presentation) -> Choice:
    """Return the artificial side. Never show it to an evaluator, except after a training pair."""
    return Choice.SECOND if presentation.is_natural_first else Choice.FIRST


def _unknown(answer: Answer) -> list[str]:
    sides = ["", Choice.FIRST, Choice.SECOND]
    checks = [
        (answer.choice in ["", *Choice.values], NOTHING_CHOSEN),
        (answer.confidence in ["", *Confidence.values], NO_CONFIDENCE),
        (answer.utterance_side in sides and answer.utterance_bubble in ["", *Bubble.values], NO_UTTERANCE),
    ]
    return [gettext(sentence) for is_fine, sentence in checks if not is_fine]


def _nonexistent(answer: Answer, reading: Reading) -> list[str]:
    number = answer.utterance_number
    if number is None or number == Judgement.NO_SINGLE_UTTERANCE or answer.choice not in ["", *Choice.values]:
        return []
    side = answer.utterance_side or answer.choice or Choice.NOT_SURE
    if answer.choice in (Choice.FIRST, Choice.SECOND) and side != answer.choice:
        sentence = gettext(
            "The utterance is in the other dialogue. Please choose one in the {chosen} dialogue, or change your choice."
        )
        return [sentence.format(chosen=gettext(Choice(answer.choice).label))]
    numbers = available_numbers(reading, side)
    sentence = gettext("There is no utterance {number}. Please choose one from 1 to {last}.")
    return [] if number in numbers else [sentence.format(number=number, last=len(numbers))]
