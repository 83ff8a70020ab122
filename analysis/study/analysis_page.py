"""The page of a study's analysis."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from analysis.code_version import code_version
from analysis.models import Report
from analysis.stored_results import missing_files
from analysis.study.forms import SourcesForm
from analysis.study.layout import Section, arrange
from analysis.study.reports import current_report, last_choice, latest_report
from analysis.study.sources import Source, caveats_of_data, caveats_of_models, fingerprint, read_sources
from evaluation.models import Judgement
from jobs.heartbeats import absent_worker
from studies.models import Dialogue, Study

State = Report.State


@dataclass(frozen=True, slots=True)
class Prospects:
    """The data available for an analysis: numbers of judgements and of ended natural and simulated dialogues."""

    judgements: int
    natural: int
    simulated: int

    @property
    def is_nothing(self) -> bool:
        return not (self.judgements or self.natural or self.simulated)


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """The page of an analysis. ``report`` is the latest computed report. ``current`` is the report on the present data, whose
    hash is ``fingerprint``, in any state. Either may be None."""

    study: Study
    report: Report | None
    current: Report | None
    fingerprint: str
    choice: SourcesForm

    @property
    def is_under_way(self) -> bool:
        return self.current is not None and self.current.is_running

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the current analysis."""
        return absent_worker(self.current) if self.current else ""

    @property
    def is_outdated(self) -> bool:
        """Return whether data or code have changed since the latest report."""
        return self.report is not None and self.report.fingerprint != self.fingerprint

    @property
    def is_of_other_code(self) -> bool:
        """Return whether another version of the code computed the latest report."""
        return self.report is not None and self.report.code != code_version()

    @property
    def missing(self) -> int:
        """Return the number of missing files of the latest report."""
        return len(missing_files(self.report)) if self.report else 0

    @property
    def files_at(self) -> str:
        """Return the address to which the name of a file is appended."""
        return reverse("analysis-file", args=[self.study.slug, self.report.token, "NAME"])[:-4] if self.report else ""

    @property
    def problem(self) -> str:
        """Return why the present data could not be analysed; empty if they could."""
        return self.current.message if self.current and self.current.has_failed else ""

    @property
    def shown(self) -> dict[str, Any]:
        return self.report.shown if self.report else {}

    def sections(self) -> list[Section]:
        return arrange(self.shown)

    def sources(self) -> list[Source]:
        """Return the evaluations in the report under their present names, with the number of judgements that it counts."""
        counts = {int(number): count for number, count in self.shown.get("judgements", {}).items()}
        counted = [source for source in read_sources(self.study, counts) if source.is_counted]
        return [replace(source, judgements=counts[source.evaluation.number]) for source in counted]

    def judgements(self) -> int:
        """Return the number of judgements in the report."""
        return sum(self.shown.get("judgements", {}).values())

    def prospects(self) -> Prospects:
        """Return the data available for an analysis."""
        ended = Dialogue.objects.filter(study=self.study, is_replaced=False).exclude(ended_at=None)
        return Prospects(
            Judgement.objects.counted().filter(pair__evaluation__study=self.study).count(),
            ended.filter(kind=Dialogue.Kind.NATURAL).count(),
            ended.filter(kind=Dialogue.Kind.SIMULATED).count(),
        )

    def caveats(self) -> list[str]:
        """Return caveats that apply to the whole page."""
        return list(caveats_of_data(self.sources()))

    def caveats_of_models(self) -> list[str]:
        return list(caveats_of_models(self.sources()))


def read_analysis(study: Study, choice: SourcesForm | None = None) -> AnalysisPage:
    """Return the study's analysis page, with the submitted choice of evaluations or that of the last report."""
    chosen = last_choice(study)
    form = choice or SourcesForm(read_sources(study, chosen))
    return AnalysisPage(study, latest_report(study), current_report(study), fingerprint(study, chosen), form)
