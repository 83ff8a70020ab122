"""The runs that a study's dialogues can be judged against, as a form offers them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from simulation.models import Run, Simulation


@dataclass(frozen=True, slots=True)
class Cells:
    """How many of a run's dialogues have ended, and the seeds they were made with."""

    ended: int
    total: int
    seeds: tuple[int, ...]


def describe_run(run: Run, cells: Mapping[int, Cells]) -> SafeString:
    """Who asks whom, with which seeds, how much is there to be judged, and when it was made: by that a plan names runs."""
    known = cells.get(run.pk, Cells(0, 0, ()))
    seeds = ", ".join(map(str, known.seeds))
    return format_html(
        '<strong>{}</strong> asks {} <span class="quiet">· seed{} {} · {} of {} dialogues ended{} · {} UTC</span>',
        run.inquirer,
        run.responder or "a responder that was not recorded",
        "" if len(known.seeds) == 1 else "s",
        seeds,
        known.ended,
        known.total,
        " · imported" if run.configuration.get("imported") else "",
        date_format(run.created_at, "j M Y, H:i"),
    )


def count_cells(runs: QuerySet[Run]) -> dict[int, Cells]:
    """By the runs' primary keys, in one query."""
    counted: dict[int, Cells] = {}
    groups = (
        Simulation.objects.filter(run__in=runs).values_list("run", "seed").annotate(Count("finished_at"), Count("pk"))
    )
    for run, seed, ended, total in groups.order_by("run", "seed"):
        so_far = counted.get(run, Cells(0, 0, ()))
        counted[run] = Cells(so_far.ended + ended, so_far.total + total, (*so_far.seeds, seed))
    return counted
