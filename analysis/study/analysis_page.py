"""The page of a study's analysis."""

from dataclasses import dataclass
from typing import Any

from analysis.code_version import code_version
from analysis.models import Report
from analysis.study.caveats import caveats_of_data, caveats_of_models
from analysis.study.layout import Section, arrange
from analysis.study.reports import current_report, latest_report
from collection.models import Dialogue, Study
from evaluation.models import Evaluation, Judgement

State = Report.State


@dataclass(frozen=True, slots=True)
class Prospects:
    """What there is to analyse: numbers of judgements, and of people's and simulated dialogues that have ended."""

    judgements: int
    natural: int
    simulated: int

    @property
    def is_nothing(self) -> bool:
        return not (self.judgements or self.natural or self.simulated)


@dataclass(frozen=True, slots=True)
class Source:
    """An evaluation, and how many of its judgements are analysed."""

    evaluation: Evaluation
    judgements: int


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
    def is_of_other_code(self) -> bool:
        """Whether the latest was computed by another version of the code than this one."""
        return self.report is not None and self.report.code != code_version()

    @property
    def problem(self) -> str:
        """Why the data as they are could not be analysed."""
        return self.current.message if self.current and self.current.state == State.FAILED else ""

    @property
    def shown(self) -> dict[str, Any]:
        return self.report.shown if self.report else {}

    def sections(self) -> list[Section]:
        return arrange(self.shown)

    def sources(self) -> list[Source]:
        """The evaluations that the report is made of, as they are called now."""
        counts = self.shown.get("judgements", {})
        evaluations = self.study.evaluations.order_by("number")
        return [Source(one, counts[str(one.number)]) for one in evaluations if str(one.number) in counts]

    def judgements(self) -> int:
        """How many the report is made of."""
        return sum(self.shown.get("judgements", {}).values())

    def prospects(self) -> Prospects:
        """Of the data as they are."""
        ended = Dialogue.objects.filter(study=self.study).exclude(ended_at=None)
        return Prospects(
            Judgement.objects.counted().filter(pair__evaluation__study=self.study).count(),
            ended.filter(kind=Dialogue.Kind.NATURAL).count(),
            ended.filter(kind=Dialogue.Kind.SIMULATED).count(),
        )

    def caveats(self) -> list[str]:
        """About everything that is shown."""
        return list(caveats_of_data(self.study))

    def caveats_of_models(self) -> list[str]:
        return list(caveats_of_models(self.study))


def read_analysis(study: Study) -> AnalysisPage:
    """The study's analysis as it stands."""
    return AnalysisPage(study, latest_report(study), current_report(study))
