"""External ids used in several browsers: one person who changed browsers, or a link that identifies nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SharedId:
    """An external id with the number of ``browsers`` that brought it; ``here`` counts those present now, ``refused`` those that
    came after the id had finished."""

    external_id: str
    browsers: int
    here: int
    refused: int


def read_shared_ids(people: QuerySet[Any], under_way: Sequence[str], seen_after: datetime) -> list[SharedId]:
    """Return the external ids of ``people`` (participants or evaluators) used in two browsers or more: at most MOST_SHOWN,
    those with the most browsers first."""
    is_here = Q(state__in=under_way, last_seen_at__gt=seen_after)
    named = people.exclude(external_id="").order_by().values("external_id")
    counted = named.annotate(rows=Count("pk"), here=Count("pk", filter=is_here), refused=Sum("refused_returns"))
    shared = counted.filter(Q(rows__gt=1) | Q(refused__gt=0)).annotate(browsers=Count("pk") + Sum("refused_returns"))
    return [
        SharedId(row["external_id"], row["browsers"], row["here"], row["refused"])
        for row in shared.order_by("-browsers", "external_id")[:MOST_SHOWN]
    ]
