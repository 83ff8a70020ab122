"""What researchers add to dialogues: tags, notes, and exclusions."""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from studies.models.dialogues import Dialogue
from studies.models.studies import Study


class Annotation(models.Model):
    """Something that a researcher added to a dialogue. Without an ``author``, the account was deleted or a command added it."""

    author = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Tag(Annotation):
    """A short name for whatever dialogues have in common."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=50)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dialogue", "name"], name="tag_of_dialogue")]
        indexes: ClassVar = [models.Index(fields=["name", "dialogue"], name="dialogues_with_tag")]

    def __str__(self) -> str:
        return self.name


class Note(Annotation):
    """A researcher's remark about a dialogue."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(max_length=5000)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text[:50]


class Exclusion(Annotation):
    """A decision to leave a dialogue out of figures, pairs and models. Nothing is deleted.

    It is in force until ``removed_at``. Removed exclusions stay as the dialogue's history.
    """

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=500)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dialogue"], condition=Q(removed_at=None), name="exclusion_in_force_of_dialogue"
            )
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def is_in_force(self) -> bool:
        return self.removed_at is None


def is_excluded(dialogue: str = "pk") -> Exists:
    """Return whether a researcher excluded the dialogue, for queries in which the field ``dialogue`` is its key."""
    return Exists(Exclusion.objects.filter(dialogue=OuterRef(dialogue), removed_at=None))


def excluded_in(study: Study) -> list[int]:
    """Return the keys of all dialogues of the study that researchers excluded, in order."""
    in_force = Exclusion.objects.filter(dialogue__study=study, removed_at=None).order_by("dialogue")
    return list(in_force.values_list("dialogue", flat=True))
