"""The runs that use a version of a prompt set."""

from collections import Counter

from django.db.models import Q, QuerySet

from dialogue.seeds import SPEAKERS
from simulation.models import Run

_KEYS = [f"configuration__{speaker}__prompts" for speaker in SPEAKERS]


def count_runs() -> Counter[str]:
    """Return the number of runs by the reference of their prompt sets. Imported runs do not count: they may name those of
    another site."""
    rows = _simulated_here().order_by().values_list(*_KEYS)
    return Counter(reference for row in rows for reference in set(row) if reference)


def runs_with(reference: str) -> QuerySet[Run]:
    """Return the runs with this version, latest first."""
    return _simulated_here().filter(Q(**{_KEYS[0]: reference}) | Q(**{_KEYS[1]: reference})).select_related("study")


def _simulated_here() -> QuerySet[Run]:
    return Run.objects.exclude(configuration__has_key="imported")
