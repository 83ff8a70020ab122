"""Questions as a study stores them, in JSON."""

import re
from collections.abc import Iterator
from typing import Any

from studies.questions import choices, numbers, texts
from studies.questions.question import CHOICES, NUMBERS, Condition, Kind, Placement, Question

LONGEST_KEY, LONGEST_LABEL, LONGEST_OPTION, LONGEST_END = 40, 500, 200, 80
MOST_QUESTIONS = 60
KEY = re.compile(r"[a-z]([a-z0-9]|_(?!_))*")
TAKEN = frozenset(
    [
        *("participant", "state", "external_id", "consented_at", "consent_version", "condition", "goal_order"),
        *("finished_at", "all", "none", "ablation"),
    ]
)
"""Names of other columns in the table of answers, and words that choose features for a run."""
_LISTS = ("options", "screened_out")
_FLAGS = {"required": "is_required", "withholdable": "may_be_withheld"}
_NUMBERS = ("low", "high", "eligible_from", "eligible_to")
_ENDS = ("low_label", "high_label")
_SETTINGS = {**_FLAGS, **{name: name for name in ("kind", "placement", *_NUMBERS, *_ENDS)}}
"""The field of Question for each setting that entries leave out if it has its default."""
_NAMES = {"key", "label", *_LISTS, *_SETTINGS, "shown_if"}


def read_question(entry: dict[str, Any]) -> Question:
    """Return the question of a readable entry (see ``entry_faults``).

    An entry with key, label and options only, as older studies have it, is a required single choice in the persona form.
    """
    settings: dict[str, Any] = {field: entry[name] for name, field in _SETTINGS.items() if name in entry}
    settings["kind"] = Kind(entry.get("kind", Kind.SINGLE))
    settings["placement"] = Placement(entry.get("placement", Placement.PERSONA_FORM))
    options, screened_out = (tuple(entry.get(name, ())) for name in _LISTS)
    condition = entry.get("shown_if")
    depends = Condition(condition["key"], tuple(condition["answers"])) if condition else None
    return Question(entry["key"], entry["label"], options, screened_out, condition=depends, **settings)


def write_question(question: Question) -> dict[str, Any]:
    """Return the entry of the question, for ``read_question``, without settings that have their default."""
    entry: dict[str, Any] = {"key": question.key, "label": question.label}
    if question.kind in CHOICES:
        entry |= {"options": list(question.options), "screened_out": list(question.screened_out)}
    plain = Question(question.key, question.label)
    for name, field in _SETTINGS.items():
        value = getattr(question, field)
        if value != getattr(plain, field):
            entry[name] = str(value) if isinstance(value, Kind | Placement) else value
    if question.condition:
        entry["shown_if"] = {"key": question.condition.key, "answers": list(question.condition.answers)}
    return entry


def entry_faults(entry: Any) -> Iterator[str]:
    """Yield why this entry is no question: sentences without their subject."""
    if not isinstance(entry, dict):
        yield "must be an object with key, label and options."
        return
    if entry.get("kind", Kind.SINGLE) not in Kind.values:
        yield f"must have one of these kinds: {', '.join(Kind.values)}."
    if entry.get("placement", Placement.PERSONA_FORM) not in Placement.values:
        yield f"must have one of these placements: {', '.join(Placement.values)}."
    if not isinstance(entry.get("key"), str) or not KEY.fullmatch(entry["key"]):
        yield "must have a key of small letters, digits and single underscores that begins with a letter."
    if not _is_text(entry.get("label")):
        yield "must have a label."
    yield from _value_faults(entry)


def unknown_settings(entry: dict[str, Any]) -> Iterator[str]:
    """Yield a fault for settings that no question has. They are read over, so that older studies keep their pages."""
    if unknown := sorted(set(entry) - _NAMES, key=str):
        yield f"has the unknown setting {unknown[0]!r}. Choose from: {', '.join(sorted(_NAMES))}."


def question_faults(question: Question) -> Iterator[str]:
    """Yield what is wrong with a question that can be read: sentences without their subject."""
    if question.key in TAKEN:
        yield f"has the key “{question.key}”, which exports use for something else. Choose another key."
    if len(question.key) > LONGEST_KEY or len(question.label) > LONGEST_LABEL:
        yield f"is too long. Keep the key to {LONGEST_KEY} characters and the label to {LONGEST_LABEL}."
    if any(len(option) > LONGEST_OPTION for option in question.options):
        yield f"has an option of more than {LONGEST_OPTION} characters. Shorten it."
    if max(len(question.low_label), len(question.high_label)) > LONGEST_END:
        yield f"has a label at an end of its scale of more than {LONGEST_END} characters. Shorten it."
    if _screens(question) and question.is_survey:
        yield "screens participants out, but is not in the persona form. Only the persona form can."
    for name in _foreign_settings(question):
        yield f"has the setting {name}, which questions of the kind {question.kind.label} do not have. Remove it."
    rules: Any = choices if question.kind in CHOICES else numbers if question.kind in NUMBERS else texts
    yield from rules.faults(question)


def _foreign_settings(question: Question) -> Iterator[str]:
    """Yield the settings that the question has, but its kind does not."""
    own = {**dict.fromkeys(_LISTS, CHOICES), **dict.fromkeys(_NUMBERS, NUMBERS), **dict.fromkeys(_ENDS, (Kind.SCALE,))}
    for name, kinds in own.items():
        if question.kind not in kinds and getattr(question, name) not in ((), None, ""):
            yield name


def _screens(question: Question) -> bool:
    return bool(question.screened_out) or (question.eligible_from, question.eligible_to) != (None, None)


def _value_faults(entry: dict[str, Any]) -> Iterator[str]:
    if entry.get("kind", Kind.SINGLE) in CHOICES and not (_is_texts(entry.get("options")) and entry["options"]):
        yield "must have options: a list of at least one string."
    elif not _is_texts(entry.get("options", [])):
        yield "must have a list of strings as options."
    if not _is_texts(entry.get("screened_out", [])):
        yield "must have a list of strings as screened_out."
    if not all(isinstance(entry.get(name, True), bool) for name in _FLAGS):
        yield "must have true or false as required and withholdable."
    if not all(isinstance(entry.get(name, ""), str) for name in _ENDS):
        yield "must have texts as low_label and high_label."
    if not all(entry.get(name) is None or numbers.is_number(entry[name]) for name in _NUMBERS):
        yield f"must have numbers as {', '.join(_NUMBERS)}."
    if entry.get("shown_if") is not None and not _is_condition(entry["shown_if"]):
        yield 'must have a key and answers as shown_if, for example {"key": "uses_ai", "answers": ["Yes"]}.'


def _is_condition(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"key", "answers"}
        and _is_text(value["key"])
        and _is_texts(value["answers"])
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)
