"""The page about the health and the fidelity of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from analysis.code_version import code_version
from analysis.humanness.reports import fingerprint, finished_reports, latest_report, report_on
from analysis.humanness.run_dialogues import natural_dialogues, simulated_dialogues
from analysis.models import HumannessReport
from analysis.stored_results import missing_files
from analysis.study.layout import in_columns
from jobs.heartbeats import absent_worker
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
class HumannessPage:
    """The page. ``report`` is the latest computed report, ``current`` the one on the present data, whose hash is
    ``fingerprint``, in any state. Either may be None."""

    run: Run
    report: HumannessReport | None
    current: HumannessReport | None
    fingerprint: str

    @property
    def is_under_way(self) -> bool:
        return self.current is not None and self.current.is_running

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the current report."""
        return absent_worker(self.current) if self.current else ""

    @property
    def is_outdated(self) -> bool:
        """Return whether data or code have changed since the latest report."""
        return self.report is not None and self.report.fingerprint != self.fingerprint

    @property
    def is_of_other_code(self) -> bool:
        return self.report is not None and self.report.code != code_version()

    @cached_property
    def missing(self) -> int:
        """Return the number of missing files of the latest report."""
        return len(missing_files(self.report)) if self.report else 0

    @property
    def problem(self) -> str:
        """Return why the present data could not be measured; empty if they could."""
        return self.current.message if self.current and self.current.has_failed else ""

    @property
    def files_at(self) -> str:
        """Return the address to which the name of a file is appended."""
        return reverse("humanness-file", args=[self.run.token, self.report.token, "NAME"])[:-4] if self.report else ""

    @property
    def shown(self) -> dict[str, Any]:
        return self.report.shown if self.report else {}

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
    return HumannessPage(run, latest_report(run), report_on(run, data), data)


def _line(report: HumannessReport, this: Run) -> OtherRun:
    overall = report.shown["overall"] or {"found": {}, "ceiling": {}}
    return OtherRun(
        report.run,
        report.run_id == this.pk,
        overall["found"].get("middle"),
        overall["ceiling"].get("middle"),
        report.shown["separation"]["auc"],
    )
