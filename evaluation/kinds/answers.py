"""Pairs of answers: which is better by each of RoleLLM's two criteria, and why (section 4.1, appendix I.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext

from evaluation.answers import Unanswerable
from evaluation.kinds.base import Option, PairKind, Question, UnreadableAnswer
from evaluation.models import Pair, Preference
from evaluation.models.answers import AnswerFields
from evaluation.reading import normalise
from studies.languages import ENGLISH
from studies.storable_text import storable
from studies.texts import read_translated

Rating = Mapping[str, str]
"""A rating by one criterion: ``choice``, a Preference or "", and ``reason``."""
_KEYS = ({"first": "1", "second": "2", "tie": "0"}, {"first": "Q", "second": "W", "tie": "E"})


@dataclass(frozen=True, slots=True)
class Ratings:
    """An answer: the rating by each criterion, by its key."""

    ratings: Mapping[str, Rating] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswersReading:
    """Two answers to one question, in the order of the sides, and who was asked."""

    role: str
    description: str
    question: str
    first: str
    second: str


class AnswerKind(PairKind[Ratings, AnswersReading]):
    """Two answers of a character side by side, below its description and the question."""

    name = "answers"
    longest_reason = 2000

    @property
    def words(self) -> Mapping[str, str]:
        found: Mapping[str, str] = _current_texts()["page"]
        return found

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(key, told["heading"], told["text"], _options(keys), told["demand"], self.words["reason"])
            for (key, told), keys in zip(_current_texts()["criteria"].items(), _KEYS, strict=True)
        )

    def read_pair(self, pair: Pair, is_natural_first: bool) -> AnswersReading:
        told = {name: normalise(pair.answers[name]) for name in ("role", "description", "question")}
        sides = [normalise(pair.answers[side]["text"]) for side in ("one", "other")]
        first, second = reversed(sides) if is_natural_first else sides
        return AnswersReading(**told, first=first, second=second)

    def texts(self, reading: AnswersReading) -> Iterable[str]:
        return (reading.first, reading.second)

    def read_answer(self, sent: Mapping[str, Any]) -> Ratings:
        ratings = sent.get("ratings", {key: _posted(sent, key) for key in criteria()})
        if not isinstance(ratings, Mapping) or not all(isinstance(each, Mapping) for each in ratings.values()):
            raise UnreadableAnswer("Ratings must be an object of objects.")
        return Ratings({key: _rating(ratings.get(key, {})) for key in criteria()})

    def answer_of(self, row: AnswerFields | None) -> Ratings:
        stored = (row.ratings if row else None) or {}
        return Ratings({key: _rating(stored.get(key, {})) for key in criteria()})

    def given(self, answer: Ratings) -> Mapping[str, str]:
        return {key: rating["choice"] for key, rating in answer.ratings.items()}

    def reasons(self, answer: Ratings) -> Mapping[str, str]:
        return {key: rating["reason"] for key, rating in answer.ratings.items()}

    def check_draft(self, answer: Ratings, reading: AnswersReading) -> None:
        problems = [
            _please_say(each.demand)
            for each in self.questions
            if answer.ratings[each.key]["choice"] not in ["", *Preference.values]
        ]
        problems += [
            gettext("The reason under “{heading}” is too long. Please shorten it to {number} characters.").format(
                heading=each.heading, number=self.longest_reason
            )
            for each in self.questions
            if len(answer.ratings[each.key]["reason"]) > self.longest_reason
        ]
        if problems:
            raise Unanswerable(*problems)

    def check_whole(self, answer: Ratings, reading: AnswersReading) -> None:
        missing = [_please_say(each.demand) for each in self.questions if not answer.ratings[each.key]["choice"]]
        if missing:
            raise Unanswerable(*missing)
        self.check_draft(answer, reading)


def criteria() -> tuple[str, ...]:
    """Return the keys of the criteria, in the order of their questions."""
    return tuple(answer_texts()["criteria"])


def criterion_names() -> dict[str, str]:
    """Return the English headings of the criteria by key."""
    return {key: told["heading"] for key, told in answer_texts()["criteria"].items()}


def answer_texts(language: str = ENGLISH) -> Mapping[str, Any]:
    """Return all texts for evaluators of answers in a language of benchmarks."""
    return read_translated("evaluation.data", "answer_texts", language)


def _current_texts() -> Mapping[str, Any]:
    return answer_texts(get_language() or ENGLISH)


def _please_say(missing: str) -> str:
    return gettext("Please say {missing}.").format(missing=missing)


def _options(keys: Mapping[str, str]) -> tuple[Option, ...]:
    choices = _current_texts()["choices"]
    return tuple(Option(each, choices[each], keys[each]) for each in Preference.values)


def _posted(sent: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the rating in a form's fields."""
    return {"choice": sent.get(key, ""), "reason": sent.get(f"{key}_reason", "")}


def _rating(raw: Mapping[str, Any]) -> dict[str, str]:
    rating = {name: raw.get(name) or "" for name in ("choice", "reason")}
    if not all(isinstance(each, str) for each in rating.values()):
        raise UnreadableAnswer("A choice and a reason must be text.")
    return rating | {"reason": storable(rating["reason"]).strip()}
