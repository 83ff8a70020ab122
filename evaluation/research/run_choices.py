"""A study's runs as choices of a form."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from simulation.models import Run, Simulation


@dataclass(frozen=True, slots=True)
class Cells:
    """The number of a run's ended and of all its dialogues, and their seeds."""

    ended: int
    total: int
    seeds: tuple[int, ...]


def describe_run(run: Run, cells: Mapping[int, Cells]) -> SafeString:
    """Return the run's models, seeds, ended dialogues and time, by which a plan names it."""
    known = cells.get(run.pk, Cells(0, 0, ()))
    seeds = ", ".join(map(str, known.seeds))
    return format_html(
        'Inquirer <strong>{}</strong>, responder {} <span class="quiet">· seed{} {} · {} of {} dialogues ended{}'
        " · {} UTC</span>",
        run.inquirer,
        run.responder or "not recorded",
        "" if len(known.seeds) == 1 else "s",
        seeds,
        known.ended,
        known.total,
        " · imported" if run.configuration.get("imported") else "",
        date_format(run.created_at, "j M Y, H:i"),
    )


def count_cells(runs: QuerySet[Run]) -> dict[int, Cells]:
    """Count the cells of each run, by primary key, in one query."""
    counted: dict[int, Cells] = {}
    groups = (
        Simulation.objects.filter(run__in=runs).values_list("run", "seed").annotate(Count("finished_at"), Count("pk"))
    )
    for run, seed, ended, total in groups.order_by("run", "seed"):
        so_far = counted.get(run, Cells(0, 0, ()))
        counted[run] = Cells(so_far.ended + ended, so_far.total + total, (*so_far.seeds, seed))
    return counted
