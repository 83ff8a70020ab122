"""The persona form as a study stores it, and checks of answers to it."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from dialogue.answers import WITHHELD
from dialogue.names import repeated_name
from dialogue.personas import FEATURES, Feature


def check_questionnaire(table: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless this is a list of features of the persona sentence."""
    if not isinstance(table, list) or not table:
        raise ValidationError("The questionnaire must be a list of features, each with key, label and options.")
    faults = [fault for position, entry in enumerate(table, 1) for fault in _faults(entry, f"Feature {position}")]
    keys = [entry.get("key") for entry in table if isinstance(entry, dict)]
    faults += [f"The feature {key!r} occurs twice." for key in FEATURES if keys.count(key) > 1]
    faults += [f"The option {option!r} occurs twice." for option in _repeated_options(table)]
    if faults:
        raise ValidationError(faults)


def check_answers(features: Any, questionnaire: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless every answer is an option of the questionnaire.

    Every question accepts "Prefer not to say", even if the questionnaire does not list it.
    """
    if not isinstance(features, dict):
        raise ValidationError('Features must be an object of answers, for example {"age": "25 to 34"}.')
    options = {feature.key: feature.options for feature in read_features(questionnaire)}
    faults = [_answer_fault(key, answer, options) for key, answer in features.items()]
    if any(faults):
        raise ValidationError([fault for fault in faults if fault])


def read_features(questionnaire: Any) -> list[Feature]:
    """Return the valid features, in order. Invalid ones, stored unchecked, must not break the page that shows them."""
    entries = questionnaire if isinstance(questionnaire, list) else []
    return [
        Feature(entry["key"], entry["label"], tuple(entry["options"]), tuple(entry.get("screened_out", ())))
        for entry in entries
        if not any(_faults(entry, ""))
    ]


def write_feature(feature: Feature) -> dict[str, Any]:
    """Return the feature as a questionnaire stores it, for ``read_features``."""
    return {
        "key": feature.key,
        "label": feature.label,
        "options": list(feature.options),
        "screened_out": list(feature.screened_out),
    }


def _faults(entry: Any, name: str) -> Iterator[str]:
    """Yield the faults of one feature, in sentences that begin with ``name``."""
    if not isinstance(entry, dict):
        yield f"{name} must be an object with key, label and options."
        return
    if entry.get("key") not in FEATURES:
        yield f"{name} must have one of these keys of the persona sentence: {', '.join(FEATURES)}."
    if not _is_text(entry.get("label")):
        yield f"{name} must have a label."
    if not (_is_texts(entry.get("options")) and entry["options"]):
        yield f"{name} must have options: a list of at least one string."
    if not _is_texts(entry.get("screened_out", [])):
        yield f"{name}: screened_out must be a list of strings."


def _repeated_options(table: list[Any]) -> Iterator[str]:
    """Yield options that look like another of their feature. ``_faults`` allows them, so that older studies keep their page."""
    for entry in table:
        if not any(_faults(entry, "")) and (twice := repeated_name(entry["options"])) is not None:
            yield twice


def _answer_fault(key: str, answer: Any, options: dict[str, tuple[str, ...]]) -> str:
    if key not in options:
        return f"The study's questionnaire has no feature {key!r}. Its features are: {', '.join(options) or 'none'}."
    if answer not in options[key] and answer != WITHHELD:
        return f"{answer!r} is not an option of {key!r}. Choose from: {'; '.join(options[key])}."
    return ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)
