"""Pairs of dialogues: which is artificial, how sure the evaluator is, and which utterance reveals it (figure 12)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from evaluation.answers import Answer, answer_of, check_draft, check_whole
from evaluation.kinds.base import Option, PairKind, Question, UnreadableAnswer
from evaluation.models import Choice, Confidence, Judgement, Pair
from evaluation.models.answers import AnswerFields
from evaluation.reading import Reading, read_pair
from evaluation.texts import questions
from studies.languages import ENGLISH

_WORDS = ("choice", "confidence", "utterance_side", "utterance_bubble")
_LONGEST_NUMBER = 9
_CHOICE_KEYS = {Choice.FIRST: "1", Choice.SECOND: "2", Choice.NOT_SURE: "0"}
_CONFIDENCE_KEYS = {Confidence.SOMEWHAT: "Q", Confidence.CONFIDENT: "W", Confidence.VERY: "E"}


class DialogueKind(PairKind[Answer, Reading]):
    """A natural and a simulated dialogue side by side. The question for the utterance has no options, so the page adds it."""

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
        return Answer(utterance_number=number, **words)

    def answer_of(self, row: AnswerFields | None) -> Answer:
        return answer_of(row) if row else Answer()

    def given(self, answer: Answer) -> Mapping[str, str]:
        return {"choice": answer.choice, "confidence": answer.confidence}

    def check_draft(self, answer: Answer, reading: Reading) -> None:
        check_draft(answer, reading)

    def check_whole(self, answer: Answer, reading: Reading) -> None:
        check_whole(answer, reading)


def _read_number(raw: Any) -> int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.isdecimal() and len(raw) <= _LONGEST_NUMBER:
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise UnreadableAnswer("An utterance number must be a whole number.")
    return raw
