"""The orders of a list of dialogues, and the neighbours of a dialogue in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from studies.models import Dialogue

Dialogues = QuerySet[Dialogue]


@dataclass(frozen=True, slots=True)
class Order:
    """Dialogues by a ``field``, or by age without one. Equal ones are in the order of their age, too."""

    words: str
    field: str = ""
    is_descending: bool = False

    def sort(self, dialogues: Dialogues, *, backwards: bool = False) -> Dialogues:
        sign = "-" if self.is_descending != backwards else ""
        return dialogues.order_by(*[f"{sign}{name}" for name in (self.field, "pk") if name])

    def before(self, dialogues: Dialogues, dialogue: Dialogue) -> Dialogues:
        """Return those in front of the dialogue."""
        return self._beyond(dialogues, dialogue, "gt" if self.is_descending else "lt")

    def after(self, dialogues: Dialogues, dialogue: Dialogue) -> Dialogues:
        """Return those behind the dialogue."""
        return self._beyond(dialogues, dialogue, "lt" if self.is_descending else "gt")

    def _beyond(self, dialogues: Dialogues, dialogue: Dialogue, way: str) -> Dialogues:
        aside = {f"pk__{way}": dialogue.pk}
        if not self.field:
            return dialogues.filter(**aside)
        [here] = Dialogue.objects.filter(pk=dialogue.pk).values_list(self.field, flat=True)
        return dialogues.filter(Q(**{f"{self.field}__{way}": here}) | Q(**{self.field: here} | aside))


LATEST = "latest"
ORDERS: Mapping[str, Order] = {
    LATEST: Order("latest first", is_descending=True),
    "oldest": Order("oldest first"),
    "longest": Order("longest first", "length", is_descending=True),
    "shortest": Order("shortest first", "length"),
    "goal": Order("by goal", "goal__number"),
    "persona": Order("by persona", "persona__code"),
}
