"""The page of a study's analysis."""

from dataclasses import dataclass
from typing import Any

from analysis.models import Report
from analysis.reports import current_report, latest_report
from collection.models import Study

State = Report.State


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """``report`` is the latest computed one, ``current`` that of the data as they are, in whatever state. Either may lack."""

    study: Study
    report: Report | None
    current: Report | None

    @property
    def is_under_way(self) -> bool:
        return self.current is not None and self.current.state in (State.QUEUED, State.RUNNING)

    @property
    def is_outdated(self) -> bool:
        """Whether the data, or the code, have changed since the latest was computed."""
        return self.report is not None and self.report != self.current

    @property
    def problem(self) -> str:
        """Why the data as they are could not be analysed."""
        return self.current.message if self.current and self.current.state == State.FAILED else ""

    @property
    def shown(self) -> dict[str, Any]:
        return self.report.shown if self.report else {}


def read_analysis(study: Study) -> AnalysisPage:
    """The study's analysis as it stands."""
    return AnalysisPage(study, latest_report(study), current_report(study))
