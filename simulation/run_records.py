"""A study's runs as JSON lines, which say what made the simulated dialogues of an export."""

import json
from collections.abc import Iterator
from typing import Any

from simulation.models import Run
from simulation.provenance import read_provenance
from studies.files.exports import counted
from studies.models import Study


def export_runs(study: Study) -> Iterator[str]:
    """Yield one line for each of the study's runs, oldest first.

    Raises Incomplete at the end if the number of lines differs from the number of runs at the start.
    """
    keys = list(study.runs.order_by("pk").values_list("pk", flat=True))
    # Each run is read when its line is due, so that one that was deleted meanwhile is noticed.
    runs = (run for key in keys for run in study.runs.filter(pk=key))
    yield from counted(map(_line, runs), len(keys), "runs")


def _line(run: Run) -> str:
    return json.dumps(_record(run), ensure_ascii=False) + "\n"


def _record(run: Run) -> dict[str, Any]:
    """Return the run's configuration and provenance, and the tokens of its ended dialogues, as in the dialogues' export."""
    found = read_provenance(run)
    return {
        "run": run.token,
        "study": run.study.slug,
        "created_at": run.created_at.isoformat(),
        "configuration": run.configuration,
        "determinism": found.determinism,
        "provenance": run.provenance,
        "environments": [line.as_object() for line in found.environments],
        "dialogues": _dialogues(run),
    }


def _dialogues(run: Run) -> list[str]:
    ended = run.simulations.exclude(finished_at=None).order_by("dialogue")
    return list(ended.values_list("dialogue__token", flat=True))
