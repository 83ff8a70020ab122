"""What an import has done, for JSON and in sentences."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from characters.imports.folders import StoredFolder

_DONE = {
    "new": "stored",
    "added": "added to a stored character",
    "replaced": "replaced",
    "unchanged": "already stored, and left unchanged",
    "refused": "not stored",
}


def outcome_in_words(outcome: str) -> str:
    """Return what was done with one profile or description."""
    return _DONE[outcome]


def folder_as_object(stored: StoredFolder) -> dict[str, Any]:
    """Return what was done with each character of a folder or of a file of descriptions."""
    return {
        "profiles": {each.character.name: each.outcome for each in stored.profiles},
        "descriptions": {each.character.name: each.outcome for each in stored.descriptions},
        "left_out": stored.left_out,
    }


def folder_in_words(stored: StoredFolder) -> Iterator[str]:
    """Return sentences about the folder, the files that were left out last."""
    yield _counted("Profiles", (each.outcome for each in stored.profiles))
    yield _counted("Descriptions", (each.outcome for each in stored.descriptions))
    for file, reason in stored.left_out.items():
        yield f"Left out: {file}. {reason}"


def _counted(what: str, outcomes: Iterator[str]) -> str:
    counts = Counter(outcomes)
    told = ", ".join(f"{count} {_DONE[outcome]}" for outcome, count in counts.items())
    return f"{what}: {told or 'none'}."
