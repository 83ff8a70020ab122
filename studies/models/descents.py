"""The dialogues from which branches descend."""

from typing import ClassVar

from django.db import models

from studies.models.dialogues import Dialogue


class Descent(models.Model):
    """One ancestor of a branch: the dialogue that it continues, the one that this dialogue continues, and so on.

    Every ancestor has a row, so that a query needs no recursion. ``keeps_turns``: the branch begins with turns of the ancestor.
    """

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="descents", db_index=False)
    ancestor = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="descendants")
    keeps_turns = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dialogue", "ancestor"], name="ancestor_of_dialogue"),
        ]

    def __str__(self) -> str:
        return f"{self.dialogue} from {self.ancestor}"


def record_descent(dialogue: Dialogue, parent: Dialogue, *, keeps_turns: bool) -> None:
    """Store that ``dialogue`` continues ``parent`` and all ancestors of that."""
    earlier = parent.descents.values_list("ancestor", "keeps_turns")
    ancestors = [(parent.pk, keeps_turns), *((pk, keeps_turns and keeps) for pk, keeps in earlier)]
    Descent.objects.bulk_create(
        Descent(dialogue=dialogue, ancestor_id=pk, keeps_turns=keeps) for pk, keeps in ancestors
    )
