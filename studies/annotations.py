"""Tags, notes and exclusions of dialogues: the changes, and how the dialogue's page shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from dialogue.names import plain_name
from studies.audit import Verb, record
from studies.models import Dialogue, Exclusion, Note, Tag
from studies.storable_text import storable

LONGEST_TAG, LONGEST_NOTE, LONGEST_REASON = 50, 5000, 500
MOST_TAGS = 20


class AnnotationRefused(ValueError):
    """A change cannot be made; the message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """What researchers added to a dialogue. ``exclusion`` is in force; ``history`` are all exclusions, latest first.

    ``known_tags`` are those of the whole study, as suggestions.
    """

    dialogue: Dialogue
    tags: list[Tag]
    notes: list[Note]
    history: list[Exclusion]
    known_tags: list[str]

    @property
    def exclusion(self) -> Exclusion | None:
        return next((one for one in self.history if one.is_in_force), None)


def read_annotations(dialogue: Dialogue) -> Annotations:
    """Return what was added to the dialogue."""
    known = Tag.objects.filter(dialogue__study=dialogue.study_id).order_by("name").values_list("name", flat=True)
    return Annotations(
        dialogue,
        list(dialogue.tags.select_related("author")),
        list(dialogue.notes.select_related("author")),
        list(dialogue.exclusions.select_related("author", "removed_by").order_by("-pk")),
        list(known.distinct()),
    )


@transaction.atomic
def add_tag(dialogue: Dialogue, name: str, author: User | None) -> None:
    """Add a tag; one that the dialogue has already stays. Names that look the same are the same."""
    name = checked_tag(name)
    if dialogue.tags.exclude(name=name).count() >= MOST_TAGS:
        raise AnnotationRefused(f"This dialogue has {MOST_TAGS} tags, which is the limit. Remove one first.")
    _, is_new = Tag.objects.get_or_create(dialogue=dialogue, name=name, defaults={"author": author})
    if is_new:
        record(dialogue.study, Verb.ADDED, f"a tag to dialogue {dialogue.token}")


@transaction.atomic
def remove_tag(dialogue: Dialogue, name: str, author: User | None) -> None:
    """Remove a tag."""
    removed, _ = dialogue.tags.filter(name=name).delete()
    if removed:
        record(dialogue.study, Verb.REMOVED, f"a tag from dialogue {dialogue.token}")


@transaction.atomic
def add_note(dialogue: Dialogue, text: str, author: User | None) -> None:
    """Add a note."""
    text = storable(text).replace("\r\n", "\n").strip()
    _refuse_length("A note", text, LONGEST_NOTE)
    Note.objects.create(dialogue=dialogue, text=text, author=author)
    record(dialogue.study, Verb.ADDED, f"a note to dialogue {dialogue.token}")


@transaction.atomic
def remove_note(dialogue: Dialogue, key: str, author: User | None) -> None:
    """Remove the note with that key, if the dialogue still has it."""
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    removed, _ = dialogue.notes.filter(pk=int(key)).delete() if is_key else (0, {})
    if removed:
        record(dialogue.study, Verb.REMOVED, f"a note from dialogue {dialogue.token}")


@transaction.atomic
def exclude_dialogue(dialogue: Dialogue, reason: str, author: User | None) -> None:
    """Leave the dialogue out of figures, pairs and models from now on. One that is excluded already keeps its reason."""
    reason = checked_reason(reason)
    Dialogue.objects.select_for_update(of=("self",)).get(pk=dialogue.pk)
    if dialogue.exclusions.filter(removed_at=None).exists():
        raise AnnotationRefused("This dialogue is excluded already. Include it again before you give another reason.")
    Exclusion.objects.create(dialogue=dialogue, reason=reason, author=author)
    record(dialogue.study, Verb.EXCLUDED, f"dialogue {dialogue.token}")


@transaction.atomic
def include_dialogue(dialogue: Dialogue, _value: str, author: User | None) -> None:
    """End the exclusion in force, which stays in the history."""
    in_force = dialogue.exclusions.filter(removed_at=None)
    if in_force.update(removed_at=timezone.now(), removed_by=author):
        record(dialogue.study, Verb.RESTORED, f"dialogue {dialogue.token}, which was excluded")


Change = Callable[[Dialogue, str, User | None], None]
CHANGES: Mapping[str, Change] = {
    "tag": add_tag,
    "untag": remove_tag,
    "note": add_note,
    "remove-note": remove_note,
    "exclude": exclude_dialogue,
    "include": include_dialogue,
}
"""The changes by their names in forms. Each raises AnnotationRefused."""


def checked_tag(name: str) -> str:
    """Return the name as it is stored: names that look the same are the same. Raises AnnotationRefused."""
    name = plain_name(storable(name))
    _refuse_length("A tag", name, LONGEST_TAG)
    return name


def checked_reason(reason: str) -> str:
    """Return the reason of an exclusion on one line. Raises AnnotationRefused."""
    reason = " ".join(storable(reason).split())
    _refuse_length("A reason", reason, LONGEST_REASON)
    return reason


def _refuse_length(what: str, text: str, longest: int) -> None:
    if not text:
        raise AnnotationRefused(f"{what} needs some text. Type it, then try again.")
    if len(text) > longest:
        raise AnnotationRefused(f"{what} may have {longest:,} characters, and this one has {len(text):,}. Shorten it.")
