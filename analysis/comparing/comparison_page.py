"""The page that compares runs of a study."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils.http import urlencode

from analysis.comparing.aligned_cells import PlaceFilter, read_places
from analysis.comparing.compared_runs import (
    MOST_RUNS,
    ComparedRun,
    Difference,
    complaint_about,
    list_differences,
    read_chosen,
    read_runs,
)
from analysis.comparing.coverage import Coverage, read_coverage
from simulation.models import Run, Simulation
from studies.models import Goal, Study


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """The runs of a study to choose from, and the comparison of the chosen ones; ``places`` is None without one."""

    study: Study
    runs: list[Run]
    chosen: list[Run]
    complaint: str
    compared: list[ComparedRun]
    coverage: Coverage | None
    differences: list[Difference]
    goals: list[Goal]
    filter: PlaceFilter
    places: Page[Any] | None

    most = MOST_RUNS

    @property
    def runs_query(self) -> str:
        """Return the chosen runs as an address's query."""
        return urlencode([("run", run.token) for run in self.chosen])

    @property
    def covered_query(self) -> str:
        """Return the chosen runs and which of their dialogues count as an address's query."""
        return self.runs_query + ("&dialogues=all" if self.coverage and self.coverage.wants_all else "")

    @property
    def query(self) -> str:
        """Return the chosen runs and the filter as an address's query, without the page."""
        goal = [] if self.filter.goal is None else [("goal", str(self.filter.goal))]
        return "&".join(
            filter(None, [self.covered_query, urlencode([*goal, *([("differ", "yes")] * self.filter.differ)])])
        )


def read_comparison(study: Study, query: QueryDict) -> ComparisonPage:
    """Return the page for the runs that the query names."""
    chosen, wanted = read_chosen(study, query), PlaceFilter.parse(query)
    complaint, runs = complaint_about(chosen), list(study.runs.order_by("created_at", "pk"))
    if complaint:
        return ComparisonPage(study, runs, chosen, complaint, [], None, [], [], wanted, None)
    cells = Simulation.objects.filter(run__in=chosen, goal=OuterRef("pk"))
    goals = list(Goal.objects.filter(Exists(cells)).order_by("number"))
    differences, compared = list_differences(chosen), read_runs(chosen)
    coverage = read_coverage(compared, wants_all=wanted.all_dialogues)
    places = read_places(chosen, replace(wanted, all_dialogues=not coverage.is_common))
    return ComparisonPage(study, runs, chosen, "", compared, coverage, differences, goals, wanted, places)
