"""The runs that a page compares, and in which settings they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from django.http import QueryDict

from simulation.flat_settings import flatten
from simulation.inquirer_names import name_inquirers
from simulation.models import Run
from simulation.progress import Tally, tally_runs
from studies.models import Study

MOST_RUNS = 8
"""The most columns that fit a page."""
LONGEST = 60


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run with the letter that stands for it on the page, and in a few words what tells it apart, such as "age"."""

    letter: str
    label: str
    run: Run
    tally: Tally


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting with its value in each run."""

    name: str
    values: tuple[str, ...]


def read_chosen(study: Study, query: QueryDict) -> list[Run]:
    """Return the runs of the study that the query's ``run`` values name, oldest first: in whatever order an address names them,
    a run keeps its letter. Unknown ones are ignored."""
    tokens = set(query.getlist("run"))
    return [run for run in study.runs.order_by("pk") if run.token in tokens]


def complaint_about(runs: Sequence[Run]) -> str:
    """Return why these runs cannot be compared; empty if they can."""
    if len(runs) > MOST_RUNS:
        return f"You chose {len(runs)} runs. Choose at most {MOST_RUNS}."
    return "Choose at least two runs." if len(runs) < 2 else ""


def read_runs(runs: Sequence[Run]) -> list[ComparedRun]:
    """Return the runs with their letters, A for the first, and their current tallies."""
    tallies, labels = tally_runs(runs), _label(runs)
    lettered = zip(ascii_uppercase, runs, strict=False)
    return [ComparedRun(letter, labels[run.pk], run, tallies[run.pk]) for letter, run in lettered]


def _label(runs: Sequence[Run]) -> dict[int, str]:
    """Return what tells each run apart, by its key: the inquirer, the persona features, or both."""
    inquirers, features = name_inquirers(runs), {run.pk: run.features_in_words for run in runs}
    telling = [names for names in (inquirers, features) if len(set(names.values())) > 1] or [inquirers]
    return {run.pk: ", ".join(names[run.pk] for names in telling) for run in runs}


def list_differences(runs: Sequence[Run]) -> list[Difference]:
    """Return the settings in which the configurations differ, in the order of the first run that has each."""
    flat = [dict(flatten(run.configuration)) for run in runs]
    names = dict.fromkeys(name for settings in flat for name in settings)
    found = [Difference(name, tuple(settings.get(name, "–") for settings in flat)) for name in names]
    return [
        Difference(one.name, tuple(map(_shortened, one.values))) for one in found if len(dict.fromkeys(one.values)) > 1
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
