"""What of a stored description of a speaker decides its words."""

from typing import Any

from dialogue.extraction import SELF_REPLY_MARKERS

_NOTES = ("label", "date", "character")
"""A dialogue's description of a speaker also holds its character, which says nothing about the model."""


def without_notes(described: Any) -> Any:
    """Return the description of a speaker without what does not identify its model."""
    return (
        {key: item for key, item in described.items() if key not in _NOTES}
        if isinstance(described, dict)
        else described
    )


def decisive(described: Any) -> Any:
    """Return the parts of a speaker's description that affect its words, without values that were fixed in earlier versions.

    This lets a repeated request find the run of an earlier version, which lacks these parts.
    """
    told = without_notes(described)
    if not isinstance(told, dict):
        return told
    always = before_choice(told)
    return {key: item for key, item in told.items() if key not in always or item != always[key]}


def before_choice(described: dict[str, Any]) -> dict[str, Any]:
    """Return the fixed values of earlier versions. The date is the one that templates used by default."""
    marks = [] if described.get("backend") == "openai" else list(SELF_REPLY_MARKERS)
    return {"system": "message", "marks": marks, "date": "2024-07-26", "attention": "auto", "exact": True}
