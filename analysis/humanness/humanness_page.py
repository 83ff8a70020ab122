"""The page about the health and the fidelity of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.humanness.reports import fingerprint, finished_reports, latest_report, report_on
from analysis.humanness.run_dialogues import natural_dialogues, simulated_dialogues
from analysis.models import HumannessReport
from analysis.result_page import ResultPage
from analysis.study.layout import in_columns
from simulation.models import Run

HEALTH, GROUPED = 2, 1
"""Numbers of tables that are shown open; further ones are collapsed."""


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of the same study with computed results; the values are None if it has no fidelity."""

    run: Run
    is_this: bool
    distance: float | None
    ceiling: float | None
    auc: float | None


@dataclass(frozen=True)
class HumannessPage(ResultPage):
    """The page of a run's health and fidelity."""

    run: Run

    @property
    def files_at(self) -> str:
        return self.address_of_files("humanness-file", self.run.token)

    @cached_property
    def health(self) -> Sequence[dict[str, Any]]:
        """Return the tables of the health of the whole run."""
        return self._tables("health")[:HEALTH]

    @cached_property
    def health_by_group(self) -> Sequence[dict[str, Any]]:
        return self._tables("health")[HEALTH:]

    @cached_property
    def fidelity(self) -> Sequence[dict[str, Any]]:
        return self._tables("fidelity")

    @cached_property
    def drift(self) -> Sequence[dict[str, Any]]:
        """Return the tables of the drift of the run's characters; none if it has no characters."""
        return [in_columns(table) for table in (self.shown.get("drift") or {}).get("tables", ())]

    @property
    def plays_characters(self) -> bool:
        """Return whether the run's dialogues have characters, whose turns a judge can score."""
        return bool(self.run.elicitation or self.run.responder_character)

    @cached_property
    def prospects(self) -> tuple[int, int]:
        """Return the numbers of ended simulated and natural dialogues."""
        return simulated_dialogues(self.run).count(), natural_dialogues(self.run.study).count()

    @cached_property
    def others(self) -> list[OtherRun]:
        """Return the study's runs with results, if there is another than this one."""
        found: dict[int, HumannessReport] = {}
        runs = Run.objects.filter(study=self.run.study)
        for report in finished_reports(*runs).select_related("run").defer("files"):
            found.setdefault(report.run_id, report)
        lines = [_line(report, self.run) for _, report in sorted(found.items())]
        return lines if len(lines) > 1 else []

    def _tables(self, part: str) -> list[dict[str, Any]]:
        return [in_columns(table) for table in self.shown.get(part, ()) if table["groups"]]


def read_humanness(run: Run) -> HumannessPage:
    """Return the run's page."""
    data = fingerprint(run)
    return HumannessPage(latest_report(run), report_on(run, data), data, run)


def _line(report: HumannessReport, this: Run) -> OtherRun:
    overall = report.shown["overall"] or {"found": {}, "ceiling": {}}
    return OtherRun(
        report.run,
        report.run_id == this.pk,
        overall["found"].get("middle"),
        overall["ceiling"].get("middle"),
        report.shown["separation"]["auc"],
    )
