"""What researchers added to dialogues, in exports: a flag for those who read the files, never a gap in them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from studies.models import Dialogue, Exclusion, Note, Tag


def annotations() -> Iterator[Any]:
    """Yield what to prefetch with the dialogues: exclusions in force, tags and notes."""
    yield Prefetch("exclusions", Exclusion.objects.filter(removed_at=None).select_related("author"))
    yield Prefetch("tags", Tag.objects.order_by("name"))
    yield Prefetch("notes", Note.objects.select_related("author").order_by("pk"))


def exclusion_of(dialogue: Dialogue) -> str:
    """Return why the dialogue is excluded; empty if it is not."""
    return "".join(one.reason for one in dialogue.exclusions.all())


def write_annotations(dialogue: Dialogue) -> dict[str, Any]:
    """Return the keys of a dialogue's line. ``exclusion`` is None for a dialogue that counts."""
    exclusion = next(iter(dialogue.exclusions.all()), None)
    return {
        "exclusion": exclusion and _written(exclusion, reason=exclusion.reason),
        "tags": [tag.name for tag in dialogue.tags.all()],
        "notes": [_written(note, text=note.text) for note in dialogue.notes.all()],
    }


def _written(one: Exclusion | Note, **said: str) -> dict[str, str]:
    return said | {"author": one.author.get_username() if one.author else "", "at": one.created_at.isoformat()}
