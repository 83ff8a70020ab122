"""The one clock that leases are counted by: the database's.

A process whose own clock is wrong, or whose work waits long for the database, would otherwise shorten or lengthen what it
or others hold.
"""

from datetime import timedelta

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def in_time(length: timedelta) -> Combinable:
    """The moment ``length`` after the statement that stores it begins to be executed."""
    return Now() + length


def is_over(field: str) -> Q:
    """Whether the moment in ``field`` has passed; an empty one has not."""
    return Q(**{f"{field}__lt": Now()})


def is_ahead(field: str) -> Q:
    """Whether the moment in ``field`` is still to come."""
    return Q(**{f"{field}__gt": Now()})
