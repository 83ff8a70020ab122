"""Pairs of dialogues: which is artificial, how sure the evaluator is, and which utterance reveals it (figure 12)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext, gettext_noop

from evaluation.answers import Answer, answer_of, check_draft, missing_parts, refuse
from evaluation.kinds.base import Option, PairKind, Question, UnreadableAnswer
from evaluation.models import Choice, Confidence, Judgement, Pair
from evaluation.models.answers import AnswerFields
from evaluation.own_questions import (
    OwnQuestion,
    asked_questions,
    counted_answers,
    draft_faults,
    read_own_answers,
    whole_faults,
)
from evaluation.reading import Reading, read_pair
from evaluation.texts import questions
from studies.languages import ENGLISH
from studies.questions.question import Question as AskedQuestion

_WORDS = ("choice", "confidence", "utterance_side", "utterance_bubble")
_LONGEST_NUMBER = 9
_CHOICE_KEYS = {Choice.FIRST: "1", Choice.SECOND: "2", Choice.NOT_SURE: "0"}
_CONFIDENCE_KEYS = {Confidence.SOMEWHAT: "Q", Confidence.CONFIDENT: "W", Confidence.VERY: "E"}


@dataclass(frozen=True)
class DialogueKind(PairKind[Answer, Reading]):
    """A natural and a simulated dialogue side by side, and an evaluation's ``own`` questions about them.

    The question for the utterance has no options, so the page adds it.
    """

    own: Sequence[OwnQuestion] = ()
    name = "dialogues"

    @property
    def words(self) -> Mapping[str, str]:
        return questions(get_language() or ENGLISH)

    @property
    def questions(self) -> tuple[Question, ...]:
        asked = (
            ("choice", _CHOICE_KEYS, gettext_noop("which dialogue is artificial")),
            ("confidence", _CONFIDENCE_KEYS, gettext_noop("how confident you are")),
        )
        return tuple(
            Question(
                key,
                self.words[f"{key}_heading"],
                self.words[key],
                tuple(Option(each.value, gettext(str(each.label)), pressed) for each, pressed in options.items()),
                gettext(demand),
            )
            for key, options, demand in asked
        )

    @property
    def own_questions(self) -> Sequence[AskedQuestion]:
        return asked_questions(self.own, self.words) if self.own else ()

    def read_pair(self, pair: Pair, is_natural_first: bool) -> Reading:
        return read_pair(pair, is_natural_first)

    def texts(self, reading: Reading) -> Iterable[str]:
        return [text for turn in (*reading.first, *reading.second) for text in (turn.prompt, turn.answer)]

    def read_answer(self, sent: Mapping[str, Any]) -> Answer:
        words = {name: sent.get(name) or "" for name in _WORDS}
        if not all(isinstance(word, str) for word in words.values()):
            raise UnreadableAnswer("A choice must be text.")
        number = _read_number(sent.get("utterance_number"))
        if number in (None, Judgement.NO_SINGLE_UTTERANCE):
            words |= {"utterance_side": "", "utterance_bubble": ""}
        return Answer(utterance_number=number, own_answers=self._read_own_answers(sent), **words)

    def answer_of(self, row: AnswerFields | None) -> Answer:
        return answer_of(row) if row else Answer()

    def own_answers(self, answer: Answer) -> Mapping[str, Any]:
        return answer.own_answers

    def counted(self, answer: Answer) -> Answer:
        return replace(answer, own_answers=counted_answers(self.own_questions, answer.own_answers, self.given(answer)))

    def given(self, answer: Answer) -> Mapping[str, str]:
        return {"choice": answer.choice, "confidence": answer.confidence}

    def check_draft(self, answer: Answer, reading: Reading) -> None:
        check_draft(answer, reading)
        refuse(draft_faults(self.own_questions, answer.own_answers))

    def check_whole(self, answer: Answer, reading: Reading) -> None:
        faults = whole_faults(self.own_questions, answer.own_answers, self.given(answer))
        refuse([*missing_parts(answer), *faults])
        check_draft(answer, reading)

    def _read_own_answers(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return the own answers that the page's script sent together, or the browser's form one by one."""
        together = sent.get("own_answers")
        if together is None and isinstance(sent, MultiValueDict):
            together = {name: sent.getlist(name) for name in sent}
        if not isinstance(together or {}, Mapping):
            raise UnreadableAnswer("Own answers must be an object.")
        try:
            return read_own_answers(self.own_questions, together or {})
        except ValueError as error:
            raise UnreadableAnswer(str(error)) from error


def _read_number(raw: Any) -> int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.isdecimal() and len(raw) <= _LONGEST_NUMBER:
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise UnreadableAnswer("An utterance number must be a whole number.")
    return raw
