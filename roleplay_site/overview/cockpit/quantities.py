"""Counts and times in words."""

from datetime import datetime

from django.utils.timesince import timeuntil


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun: "1 goal", "2 goals"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def some(count: int, noun: str, plural: str = "") -> list[str]:
    """Return the same as a list, empty for none."""
    return [counted(count, noun, plural)] if count else []


def until(moment: datetime, now: datetime) -> str:
    """Return the time until the moment in its largest unit: "3 days"."""
    return timeuntil(moment, now, depth=1).replace("\xa0", " ")
