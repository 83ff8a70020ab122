"""How far a set of answers is, and what is wrong with the answers."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Q

from characters.models import AnswerSet


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of a set's answers. ``faults`` are the rules of cleaning that they break; ``empty`` ones have no text."""

    wanted: int
    finished: int
    empty: int
    faults: dict[str, int]

    @property
    def left(self) -> int:
        return self.wanted - self.finished

    @property
    def in_words(self) -> str:
        found = [f"{self.finished:,} of {self.wanted:,} answers"]
        found += [f"{self.empty:,} empty"] if self.empty else []
        return ", ".join(found + [f"{count:,} {fault}" for fault, count in self.faults.items()])

    def as_object(self) -> dict[str, Any]:
        return asdict(self)


def read_progress(answer_set: AnswerSet) -> Progress:
    """Return the counts of the set's answers."""
    finished = Q(finished_at__isnull=False)
    counts = answer_set.answers.aggregate(
        wanted=Count("pk"), finished=Count("pk", filter=finished), empty=Count("pk", filter=finished & Q(text=""))
    )
    faults = answer_set.answers.exclude(fault="").order_by().values_list("fault").annotate(Count("pk"))
    return Progress(**counts, faults=dict(Counter(dict(faults)).most_common()))
