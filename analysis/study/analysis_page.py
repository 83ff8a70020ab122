"""The page of a study's analysis."""

from dataclasses import dataclass, replace

from analysis.drift.judging.scopes import scope_of_study
from analysis.exclusions import excluded_sentences
from analysis.result_page import ResultPage
from analysis.study.forms import SourcesForm
from analysis.study.layout import Section, arrange
from analysis.study.pairs_behind import link_pairs
from analysis.study.reports import current_report, last_choice, last_factors, latest_report
from analysis.study.sources import (
    Source,
    caveats_of_data,
    caveats_of_models,
    fingerprint,
    offered_factors,
    read_sources,
)
from evaluation.models import Judgement
from studies.models import Dialogue, Study, is_excluded


@dataclass(frozen=True, slots=True)
class Prospects:
    """The data available for an analysis: numbers of judgements and of ended natural and simulated dialogues."""

    judgements: int
    natural: int
    simulated: int

    @property
    def is_nothing(self) -> bool:
        return not (self.judgements or self.natural or self.simulated)


@dataclass(frozen=True)
class AnalysisPage(ResultPage):
    """The page of a study's analysis, with the ``choice`` of evaluations for the next one."""

    study: Study
    choice: SourcesForm

    @property
    def files_at(self) -> str:
        return self.address_of_files("analysis-file", self.study.slug)

    def sections(self) -> list[Section]:
        return [link_pairs(section, self.study, self.sources()) for section in arrange(self.shown)]

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
        ended = (
            Dialogue.objects.filter(study=self.study, is_replaced=False).exclude(ended_at=None).exclude(is_excluded())
        )
        return Prospects(
            Judgement.objects.counted().filter(pair__evaluation__study=self.study).count(),
            ended.filter(kind=Dialogue.Kind.NATURAL).count(),
            ended.filter(kind=Dialogue.Kind.SIMULATED).count(),
        )

    def plays_characters(self) -> bool:
        """Return whether dialogues of the study's runs have characters, whose turns a judge can score."""
        return scope_of_study(self.study).dialogues.exists()

    def caveats(self) -> list[str]:
        """Return caveats that apply to the whole page."""
        return [*caveats_of_data(self.sources()), *excluded_sentences(self.study)]

    def caveats_of_models(self) -> list[str]:
        compared: list[str] = self.shown.get("compared", [])
        return [*compared, *caveats_of_models(self.sources())]


def read_analysis(study: Study, choice: SourcesForm | None = None) -> AnalysisPage:
    """Return the study's analysis page, with the submitted choice of evaluations or that of the last report."""
    chosen, factors = last_choice(study), last_factors(study)
    form = choice or SourcesForm(read_sources(study, chosen), factors=offered_factors(study), compared=factors)
    present = fingerprint(study, chosen, factors)
    return AnalysisPage(latest_report(study), current_report(study), present, study, form)
