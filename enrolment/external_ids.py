"""Recruitment-platform IDs. They prove no identity, because others know them, so each browser that brings one is a person.

An ID used in several browsers means one person who changed browsers, or a link that does not identify people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum

from enrolment.models import Person

P = TypeVar("P", bound=Person)
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SharedId:
    """An external ID with the number of ``browsers`` that brought it; ``here`` counts those present now, ``refused`` those that
    came after the ID had finished."""

    external_id: str
    browsers: int
    here: int
    refused: int


def people_called(people: QuerySet[P], external_id: str) -> QuerySet[P]:
    """Select the people with this external ID, one for each browser; none for an empty ID."""
    return people.filter(external_id=external_id).order_by("pk") if external_id else people.none()


def note_refused_return(people: QuerySet[P], external_id: str) -> None:
    """Count, for the researcher, a browser that came with the external ID of a person who has finished."""
    finished = people_called(people, external_id).filter(state=Person.FINISHED).first()
    if finished is not None:
        people.filter(pk=finished.pk).update(refused_returns=F("refused_returns") + 1)


def read_shared_ids(people: QuerySet[P], under_way: Sequence[str], seen_after: datetime) -> list[SharedId]:
    """Return the external IDs of ``people`` (participants or evaluators) used in two browsers or more, those with the most
    browsers first, at most MOST_SHOWN."""
    is_here = Q(state__in=under_way, last_seen_at__gt=seen_after)
    named = people.exclude(external_id="").order_by().values("external_id")
    counted = named.annotate(rows=Count("pk"), here=Count("pk", filter=is_here), refused=Sum("refused_returns"))
    shared = counted.filter(Q(rows__gt=1) | Q(refused__gt=0)).annotate(browsers=Count("pk") + Sum("refused_returns"))
    return [
        SharedId(row["external_id"], row["browsers"], row["here"], row["refused"])
        for row in shared.order_by("-browsers", "external_id")[:MOST_SHOWN]
    ]
