"""The persona sentence of a study: its template, checked against the questions, and samples of what it makes of answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any

from django.core.exceptions import ValidationError

from dialogue.answers import WITHHELD, Answers, show_answer
from dialogue.persona_template import InvalidTemplate, PersonaTemplate, Slot, parse_template
from dialogue.personas import load_template
from studies.questions.question import CHOICES, Kind, Placement, Question, is_asked

MOST_SENTENCES = 200
LONGEST_TEMPLATE = 5_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence, and the answers that make it, in words."""

    answers: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Sentences for all ``combinations`` of answers or, if there are too many, for some."""

    listed: tuple[Sample, ...]
    combinations: int
    is_complete: bool


def template_of(text: str) -> PersonaTemplate:
    """Return the template; the paper's for an empty text. Raises InvalidTemplate."""
    return parse_template(text.strip() or load_template())


def write_sentence(template: str, features: Answers) -> str:
    """Return the persona sentence for these answers. Raises InvalidTemplate for a template that was stored unchecked."""
    return template_of(template).render(features)


def check_template(text: str, questions: Sequence[Question]) -> None:
    """Raise ValidationError, one sentence per fault, unless the questions can fill the template.

    The paper's own sentence fits any form: the clauses of features that are not asked drop out.
    """
    if not text.strip():
        return
    if len(text) > LONGEST_TEMPLATE:
        raise ValidationError(f"The persona sentence has {len(text)} characters. Keep it to {LONGEST_TEMPLATE}.")
    try:
        template = parse_template(text.strip())
    except InvalidTemplate as error:
        raise ValidationError(f"The persona sentence cannot be read: {error}") from error
    known = {question.key: question for question in questions}
    if faults := [fault for slot in template.slots for fault in _slot_faults(slot, known)]:
        raise ValidationError(list(dict.fromkeys(faults)))


def sample_sentences(text: str, questions: Sequence[Question]) -> Samples:
    """Return the sentences for every combination of answers, or a sample in which each answer occurs, each is missing once, and
    each stands alone. Raises InvalidTemplate."""
    template = template_of(text)
    used = _used(template, questions)
    answers = {question.key: _example_answers(question) for question in used}
    combinations = prod(len(listed) for listed in answers.values())
    is_complete = combinations <= MOST_SENTENCES
    chosen = _all(answers) if is_complete else _some(answers)
    listed = {_shown(kept): template.render(kept) for kept in (_kept(used, one) for one in chosen)}
    return Samples(tuple(Sample(*one) for one in islice(listed.items(), MOST_SENTENCES)), combinations, is_complete)


def _used(template: PersonaTemplate, questions: Sequence[Question]) -> list[Question]:
    """Return the questions in the template and those on which these depend, in order. A question depends on an earlier one."""
    keys = set(template.keys)
    for question in reversed(questions):
        if question.key in keys and question.condition:
            keys.add(question.condition.key)
    return [question for question in questions if question.key in keys]


def _slot_faults(slot: Slot, known: Mapping[str, Question]) -> Iterator[str]:
    question = known.get(slot.key)
    if question is None:
        yield f"The persona sentence names [{slot.key}], but no question has this key. Correct the key, or add the question."
        return
    if question.placement != Placement.PERSONA_FORM:
        yield f"The persona sentence names [{slot.key}], which is not asked in the persona form. Move the question there."
    if slot.words and not question.choices:
        yield f"The persona sentence has words for single answers to [{slot.key}], which has no listed answers. Remove them."
        return
    worded = dict(slot.words)
    if unknown := [answer for answer in worded if answer not in question.choices]:
        yield f"The persona sentence has words for “{unknown[0]}”, which is not an answer to [{slot.key}]. Correct it."
    missing = [one for one in question.options if one not in worded and one != WITHHELD]
    if worded and slot.others is None and question.kind in CHOICES and missing:
        yield (
            f"The persona sentence has no words for the answer “{missing[0]}” to [{slot.key}]. Add them, or words for all "
            "others."
        )


def _example_answers(question: Question) -> list[Any]:
    """Return answers that show what a sentence makes of the question, beginning with a given and ending with a missing one."""
    return [*_given(question), None]


def _given(question: Question) -> list[Any]:
    options = [option for option in question.options if option != WITHHELD]
    if question.kind == Kind.SINGLE:
        return list(options)
    if question.kind == Kind.MULTIPLE:
        several = [options[:count] for count in (2, 3) if count <= len(options)]
        return [*([option] for option in options), *several]
    if question.kind == Kind.SCALE:
        return list(question.points)
    if question.kind == Kind.NUMBER:
        limits = [limit for limit in (question.low, question.high) if limit is not None]
        return list(dict.fromkeys(limits)) or [7]
    return [f"({question.label})"]


def _all(answers: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for row in product(*answers.values()):
        yield dict(zip(answers, row, strict=True))


def _some(answers: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    first = {key: listed[0] for key, listed in answers.items()}
    yield first
    yield from (first | {key: None} for key in answers)
    yield from ({key: listed[0]} for key, listed in answers.items())
    yield {}
    yield from (first | {key: answer} for key, listed in answers.items() for answer in listed)


def _kept(used: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without missing ones and those that a condition rules out."""
    kept: dict[str, Any] = {}
    for question in used:
        answer = answers.get(question.key)
        if answer is not None and is_asked(question, {**answers, **kept}):
            kept[question.key] = answer
    return kept


def _shown(answers: Mapping[str, Any]) -> str:
    return "; ".join(show_answer(answer) for answer in answers.values()) or "no answers"
