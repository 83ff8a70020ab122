"""A tuning in words and as an object."""

from collections.abc import Iterator
from statistics import fmean
from typing import Any

from characters.models import Adapter, Tuning
from characters.quantities import counted

_ENDS = 10
"""Number of steps at either end whose losses are averaged, if there are that many: a single step has few samples."""


def in_words(tuning: Tuning) -> Iterator[str]:
    """Yield what the tuning learns from, and what was left out."""
    configuration = tuning.configuration
    roles = configuration["roles"]
    yield f"{counted(tuning.samples, 'sample')} of {counted(len(roles), 'role')}."
    if unknown := configuration["unknown_roles"]:
        names = ", ".join(repr(name) for name in list(unknown)[:5])
        yield f"Left out: {counted(sum(unknown.values()), 'row')} of roles without a description ({names})."
    if empty := configuration["empty_responses"]:
        yield f"Left out: {counted(empty, 'empty response')}."


def lengths_in_words(tuning: Tuning) -> Iterator[str]:
    """Yield what the tuning's lengths have cost, which is known once it has begun."""
    recipe, made = tuning.configuration["recipe"], tuning.provenance
    if left_out := made.get("left_out"):
        yield f"Left out: {counted(left_out, 'sample')} whose input is longer than {recipe['input_tokens']} tokens."
    if shortened := made.get("shortened"):
        yield f"Shortened: {counted(shortened, 'response')} to {recipe['output_tokens']} tokens."


def first_and_last_loss(losses: list[float]) -> tuple[float, float]:
    """Return the mean losses at the beginning and at the end, which do not overlap if there are two steps."""
    steps = max(1, min(_ENDS, len(losses) // 2))
    return fmean(losses[:steps]), fmean(losses[-steps:])


def as_object(tuning: Tuning, adapter: Adapter) -> dict[str, Any]:
    """Return a finished tuning as JSON shows it."""
    losses = list(tuning.losses.order_by("step").values_list("loss", flat=True))
    first, last = first_and_last_loss(losses)
    return {
        "name": tuning.name,
        "model": tuning.model,
        "roles": len(tuning.configuration["roles"]),
        "samples": tuning.samples,
        "left_out": tuning.provenance.get("left_out", 0),
        "shortened": tuning.provenance.get("shortened", 0),
        "unknown_roles": tuning.configuration["unknown_roles"],
        "steps": tuning.steps,
        "first_loss": first,
        "last_loss": last,
        "seconds": sum(tuning.losses.values_list("seconds", flat=True)),
        "adapter": adapter.folder,
    }
