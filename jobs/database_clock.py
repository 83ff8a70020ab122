"""The clock for all leases: the database's.

If leases used a process's own clock, a wrong clock or a long wait for the database would shorten or lengthen them.
"""

from datetime import timedelta

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def in_time(length: timedelta) -> Combinable:
    """Return the moment ``length`` after the start of the statement that stores it."""
    return Now() + length


def is_over(field: str) -> Q:
    """Return whether the moment in ``field`` has passed; an empty one has not."""
    return Q(**{f"{field}__lt": Now()})


def is_ahead(field: str) -> Q:
    """Return whether the moment in ``field`` is in the future."""
    return Q(**{f"{field}__gt": Now()})
