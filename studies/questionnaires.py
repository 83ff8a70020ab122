"""The persona form as a study holds it, and whether answers fit it."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from dialogue.names import repeated_name
from dialogue.personas import FEATURES, WITHHELD, Feature


def check_questionnaire(table: Any) -> None:
    """Raises ValidationError, a sentence for each fault, unless this is a list of features that the sentence knows."""
    if not isinstance(table, list) or not table:
        raise ValidationError("The questionnaire must be a list of features, each with key, label and options.")
    faults = [fault for position, entry in enumerate(table, 1) for fault in _faults(entry, f"Feature {position}")]
    keys = [entry.get("key") for entry in table if isinstance(entry, dict)]
    faults += [f"The feature {key!r} occurs twice." for key in FEATURES if keys.count(key) > 1]
    faults += [f"The option {option!r} occurs twice." for option in _repeated_options(table)]
    if faults:
        raise ValidationError(faults)


def check_answers(features: Any, questionnaire: Any) -> None:
    """Raises ValidationError, a sentence for each fault, unless every answer is an option of the questionnaire.

    Every question may be left unanswered by "Prefer not to say", whether the questionnaire lists it or not.
    """
    if not isinstance(features, dict):
        raise ValidationError('Features must be an object of answers, for example {"age": "25 to 34"}.')
    options = {feature.key: feature.options for feature in read_features(questionnaire)}
    faults = [_answer_fault(key, answer, options) for key, answer in features.items()]
    if any(faults):
        raise ValidationError([fault for fault in faults if fault])


def read_features(questionnaire: Any) -> list[Feature]:
    """The features that make sense, in order: what was stored unchecked must not break the page that shows it."""
    entries = questionnaire if isinstance(questionnaire, list) else []
    return [
        Feature(entry["key"], entry["label"], tuple(entry["options"]), tuple(entry.get("screened_out", ())))
        for entry in entries
        if not any(_faults(entry, ""))
    ]


def write_feature(feature: Feature) -> dict[str, Any]:
    """The feature as a questionnaire holds it: what ``read_features`` reads."""
    return {
        "key": feature.key,
        "label": feature.label,
        "options": list(feature.options),
        "screened_out": list(feature.screened_out),
    }


def _faults(entry: Any, name: str) -> Iterator[str]:
    """What is wrong with one feature, in sentences that begin with ``name``."""
    if not isinstance(entry, dict):
        yield f"{name} must be an object with key, label and options."
        return
    if entry.get("key") not in FEATURES:
        yield f"{name} must have one of these keys, which the persona sentence knows: {', '.join(FEATURES)}."
    if not _is_text(entry.get("label")):
        yield f"{name} must have a label."
    if not (_is_texts(entry.get("options")) and entry["options"]):
        yield f"{name} must have options: a list of texts, at least one."
    if not _is_texts(entry.get("screened_out", [])):
        yield f"{name} may only screen out a list of texts."


def _repeated_options(table: list[Any]) -> Iterator[str]:
    """Return options that read like another of their feature. ``_faults`` allows them, so older studies keep their page."""
    for entry in table:
        if not any(_faults(entry, "")) and (twice := repeated_name(entry["options"])) is not None:
            yield twice


def _answer_fault(key: str, answer: Any, options: dict[str, tuple[str, ...]]) -> str:
    if key not in options:
        return f"The study's questionnaire has no feature {key!r}: it has {', '.join(options) or 'none'}."
    if answer not in options[key] and answer != WITHHELD:
        return f"{answer!r} is no option of {key!r}: choose from {'; '.join(options[key])}."
    return ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)
