"""The same tag or exclusion for many dialogues of a study at once, with one line in its audit trail."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from studies.annotations import MOST_TAGS, AnnotationRefused, checked_reason, checked_tag
from studies.audit import Verb, record
from studies.models import Dialogue, Exclusion, Study, Tag, excluded_in

MOST_AT_ONCE = 10_000
"""Dialogues that one change may reach."""
_PIECE = 500

Keys = Sequence[int]


@transaction.atomic
def tag_dialogues(study: Study, keys: Keys, name: str, author: User | None) -> str:
    """Add a tag to these dialogues, and return a sentence. None gets it if one of them has the most tags already."""
    name = checked_tag(name)
    lacking = sorted(set(keys) - _tagged(study, name))
    if full := sum(_with_most_tags(piece) for piece in _pieces(lacking)):
        raise AnnotationRefused(
            f"No dialogue was tagged, because {_counted(full)} already reached the limit of {MOST_TAGS} tags. Remove a tag "
            "from them first."
        )
    rows = (Tag(dialogue_id=key, name=name, author=author) for key in lacking)
    Tag.objects.bulk_create(rows, batch_size=_PIECE, ignore_conflicts=True)
    return _finish(
        study, Verb.ADDED, "a tag to {} at once", f"Tagged {_counted(lacking)}.", "Tagged already", keys, lacking
    )


@transaction.atomic
def untag_dialogues(study: Study, keys: Keys, name: str, author: User | None) -> str:
    """Remove a tag from these dialogues, and return a sentence."""
    name = checked_tag(name)
    tagged = sorted(set(keys) & _tagged(study, name))
    for piece in _pieces(tagged):
        Tag.objects.filter(dialogue__in=piece, name=name).delete()
    words = f"Removed the tag from {_counted(tagged)}."
    return _finish(study, Verb.REMOVED, "a tag from {} at once", words, "Without the tag", keys, tagged)


@transaction.atomic
def exclude_dialogues(study: Study, keys: Keys, reason: str, author: User | None) -> str:
    """Exclude these dialogues for one reason, and return a sentence. Those excluded already keep their reason."""
    reason = checked_reason(reason)
    counting = sorted(set(keys) - set(excluded_in(study)))
    rows = (Exclusion(dialogue_id=key, reason=reason, author=author) for key in counting)
    Exclusion.objects.bulk_create(rows, batch_size=_PIECE, ignore_conflicts=True)
    return _finish(
        study, Verb.EXCLUDED, "{} at once", f"Excluded {_counted(counting)}.", "Excluded already", keys, counting
    )


@transaction.atomic
def include_dialogues(study: Study, keys: Keys, _value: str, author: User | None) -> str:
    """End the exclusions of these dialogues, which stay in their histories, and return a sentence."""
    excluded, now = sorted(set(keys) & set(excluded_in(study))), timezone.now()
    for piece in _pieces(excluded):
        in_force = Exclusion.objects.filter(dialogue__in=piece, removed_at=None)
        in_force.update(removed_at=now, removed_by=author)
    words = f"Included {_counted(excluded)} again."
    return _finish(study, Verb.RESTORED, "{} at once, which were excluded", words, "Not excluded", keys, excluded)


Change = Callable[[Study, Keys, str, User | None], str]
BULK_CHANGES: Mapping[str, Change] = {
    "tag": tag_dialogues,
    "untag": untag_dialogues,
    "exclude": exclude_dialogues,
    "include": include_dialogues,
}
"""The changes by their names in forms. Each raises AnnotationRefused."""


def _tagged(study: Study, name: str) -> set[int]:
    return set(Tag.objects.filter(dialogue__study=study, name=name).values_list("dialogue", flat=True))


def _with_most_tags(keys: Keys) -> int:
    counted = Dialogue.objects.filter(pk__in=keys).annotate(tag_count=Count("tags"))
    return counted.filter(tag_count__gte=MOST_TAGS).count()


def _pieces(keys: Keys) -> Iterator[Keys]:
    return (keys[start : start + _PIECE] for start in range(0, len(keys), _PIECE))


def _counted(dialogues: Keys | int) -> str:
    number = dialogues if isinstance(dialogues, int) else len(dialogues)
    return f"{number:,} dialogue{'' if number == 1 else 's'}"


def _finish(study: Study, verb: Verb, what: str, done: str, others: str, keys: Keys, changed: Keys) -> str:
    """Record the change, if there was any, and return a sentence about it and about the dialogues that it left unchanged."""
    if changed:
        record(study, verb, what.format(_counted(changed)))
    unchanged = len(set(keys)) - len(changed)
    return f"{done} {others}: {unchanged:,}." if unchanged else done
