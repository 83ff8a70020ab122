"""Listed personas in lists: a code, and an answer to each question of the persona form."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dialogue.answers import WITHHELD, show_answer
from dialogue.names import plain_name
from studies.audit import Verb, record
from studies.files.tables import write_spreadsheet_row
from studies.lists.entries import Entry, UnreadableList, read_entries
from studies.models import Persona, Study
from studies.models.studies import FROZEN
from studies.questionnaires import check_answers, read_features
from studies.questions.numbers import parse_number
from studies.questions.question import NUMBERS, Kind, Question

LONGEST_CODE = 40
MOST_PERSONAS = 10_000
_SEPARATOR = "; "
"""Between the chosen options of one question in a cell."""


def read_personas(study: Study, text: str, taken: Iterable[str] = ()) -> list[Persona]:
    """Return the personas of a list, unsaved, for a study in which the codes ``taken`` are in use.

    Personas without a code get the next free one. Raises UnreadableList, or ValidationError with a sentence for each fault.
    """
    questions = read_features(study.questionnaire)
    entries = read_entries(text, _columns(questions))
    if len(entries) > MOST_PERSONAS:
        raise UnreadableList(
            f"The list has {len(entries):,} personas. Split it into lists of at most {MOST_PERSONAS:,}."
        )
    _check_complete(entries, questions)
    free = (code for number in count(1) if (code := f"P{number:02}") not in {*taken, *_codes(entries)})
    read = [_read(entry, study, questions, free) for entry in entries]
    personas = [persona for persona, _faults in read]
    if faults := [fault for _persona, found in read for fault in found] or list(_clashes(personas, taken)):
        raise ValidationError(faults)
    return personas


@transaction.atomic
def store_personas(study: Study, personas: list[Persona], *, replace: bool) -> None:
    """Add the personas to the study's listed ones, or replace those. Raises ValidationError if the study is frozen by now."""
    if Study.objects.select_for_update().get(pk=study.pk).is_frozen:
        raise ValidationError(FROZEN)
    if replace:
        listed(study).delete()
    if clashes := list(_clashes(personas, study.personas.values_list("code", flat=True))):
        raise ValidationError(clashes)
    Persona.objects.bulk_create(personas)
    done = f"replaced them with {len(personas)} from a list" if replace else f"added {len(personas)} from a list"
    record(study, Verb.CHANGED, f"the personas: {done}")


def listed(study: Study) -> Any:
    """Return the study's personas that lists hold: neither participants nor characters."""
    return study.personas.filter(source=Persona.Source.LISTED).order_by("pk")


def personas_as_csv(personas: Iterable[Persona], study: Study) -> Iterator[str]:
    """Yield the lines of a CSV that ``read_personas`` reads."""
    keys = [question.key for question in read_features(study.questionnaire)]
    yield write_spreadsheet_row(["code", *keys])
    for persona in personas:
        yield write_spreadsheet_row([persona.code, *(_cell(persona.features.get(key)) for key in keys)])


def personas_as_jsonl(personas: Iterable[Persona], study: Study) -> Iterator[str]:
    """Yield the lines of a JSON Lines file that ``read_personas`` reads; null is a question without an answer."""
    keys = [question.key for question in read_features(study.questionnaire)]
    for persona in personas:
        values = {"code": persona.code} | {key: persona.features.get(key) for key in keys}
        yield f"{json.dumps(values, ensure_ascii=False)}\n"


def _columns(questions: Sequence[Question]) -> dict[str, str]:
    """Return the headings: each question's key, and its label unless another has the same."""
    labels = {" ".join(question.label.split()).lower(): question.key for question in reversed(questions)}
    return labels | {question.key.lower(): question.key for question in questions} | {"code": "code"}


def _check_complete(entries: Sequence[Entry], questions: Sequence[Question]) -> None:
    found = {name for entry in entries for name in entry.values}
    if missing := [question for question in questions if question.key not in found]:
        keys = ", ".join(f"“{question.key}”" for question in missing)
        raise UnreadableList(
            f"The list has no column for {keys}. Add one for each question of the persona form; its cells may be empty."
        )


def _codes(entries: Iterable[Entry]) -> set[str]:
    return {plain_name(str(entry.values.get("code", ""))) for entry in entries}


def _read(entry: Entry, study: Study, questions: Sequence[Question], free: Iterator[str]) -> tuple[Persona, list[str]]:
    """Return the persona and the sentences about its faults."""
    code = plain_name(str(entry.values.get("code") or "")) or next(free)
    answers = {one.key: _answer(one, entry.values.get(one.key)) for one in questions}
    features = {key: answer for key, answer in answers.items() if answer not in (None, "", [])}
    persona = Persona(study=study, code=code, source=Persona.Source.LISTED, features=features)
    try:
        check_answers(features, study.questionnaire)
    except ValidationError as error:
        return persona, [f"{entry.place}: {fault}" for fault in error.messages]
    too_long = f"{entry.place}: the code has {len(code)} characters. Keep it to {LONGEST_CODE}."
    return persona, [too_long] if len(code) > LONGEST_CODE else []


def _answer(question: Question, value: Any) -> Any:
    """Return what a cell or a JSON value says, for ``check_answers`` to check."""
    if not isinstance(value, str):
        return value
    if question.kind in NUMBERS:
        return parse_number(value.strip()) if value.strip() else ""
    if plain_name(value) == WITHHELD:
        return WITHHELD
    if question.kind == Kind.MULTIPLE:
        return [_option(question, one) for one in _split(question, value)]
    return _option(question, value) if question.kind == Kind.SINGLE else value


def _option(question: Question, text: str) -> str:
    """Return the option that looks like the text, or the text."""
    alike: Mapping[str, str] = {plain_name(option): option for option in question.choices}
    return alike.get(plain_name(text), text.strip())


def _split(question: Question, cell: str) -> list[str]:
    if plain_name(cell) in map(plain_name, question.choices):
        return [cell]
    if cell.startswith("["):
        try:
            return [str(one) for one in json.loads(cell)]
        except (ValueError, RecursionError):
            return [cell]
    return [one for one in cell.split(_SEPARATOR.strip()) if one.strip()]


def _cell(answer: Any) -> str:
    is_ambiguous = isinstance(answer, list) and any(
        _SEPARATOR.strip() in str(one) or str(one)[:1] == "[" for one in answer
    )
    return json.dumps(answer, ensure_ascii=False) if is_ambiguous else show_answer(answer)


def _clashes(personas: Sequence[Persona], taken: Iterable[str]) -> Iterator[str]:
    """Yield why the personas cannot be added to those with the codes ``taken``."""
    seen = set(taken)
    for persona in personas:
        if persona.code in seen:
            yield f"Two personas have the code “{persona.code}”. Give each a different code, or leave the codes out."
        seen.add(persona.code)
