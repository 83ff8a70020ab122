"""Publication of a study's results: findings, tables and figures of its latest analysis, never a participant's text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from analysis.models import Report
from analysis.study.layout import Section, arrange
from analysis.study.reports import latest_report
from collection.models import Recruitment
from evaluation.models import Evaluation
from studies.audit import Verb, record
from studies.models import Study

SHOWN: Mapping[str, tuple[str, ...]] = {
    "detection": ("figure-2", "figure-13", "detection-by-model"),
    "differences": ("contrasts",),
    "readings": (),
    "people": (),
    "simulated": ("figure-8",),
}
"""The sections of an analysis that visitors see, with their figures. The others, and the figures that are left out, are about
single participants or small groups of them."""


class NotPublished(ValueError):
    """Results cannot be published; the message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """What visitors see of a study."""

    study: Study
    report: Report
    is_rehearsed: bool

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.report.shown.get("findings", [])
        return found

    @property
    def sections(self) -> list[Section]:
        chosen = (
            replace(
                section,
                figures=[figure for figure in section.figures if figure["name"] in SHOWN[section.identifier]],
                details=[],
                gaps=[],
            )
            for section in arrange(self.report.shown)
            if section.identifier in SHOWN
        )
        return [section for section in chosen if not section.is_empty]

    @property
    def figures(self) -> set[str]:
        """Return the names of the figures that visitors see."""
        return {figure["name"] for section in self.sections for figure in section.figures}


@transaction.atomic
def publish_results(study: Study) -> None:
    """Let visitors see the study's results. Raises NotPublished."""
    stored = Study.objects.select_for_update().get(pk=study.pk)
    if latest_report(stored) is None:
        raise NotPublished("There are no results yet. Compute an analysis first.")
    if not _shown(Study.objects.filter(pk=study.pk)).exists():
        raise NotPublished(
            "People who still chat or judge must not see results. Close the study and its evaluations first."
        )
    _set(stored, is_public=True)
    record(stored, Verb.OPENED, "the results to visitors")


@transaction.atomic
def hide_results(study: Study) -> None:
    """Let only researchers see the study's results."""
    _set(Study.objects.select_for_update().get(pk=study.pk), is_public=False)
    record(study, Verb.CLOSED, "the results to visitors")


def published_results() -> list[PublishedResults]:
    """Return the published results by title. While people chat or judge, those of their study are hidden."""
    public = _shown(Study.objects.filter(is_public=True)).order_by("title")
    return [found for study in public if (found := _read(study))]


def find_results(slug: str) -> PublishedResults | None:
    """Return the published results of this study; None if there are none."""
    study = _shown(Study.objects.filter(is_public=True, slug=slug)).first()
    return _read(study) if study else None


def _shown(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return those of the studies in which nobody chats or judges; judging as a rehearsal does not count."""
    judging = Evaluation.objects.filter(study=OuterRef("pk"), state=Evaluation.State.OPEN, is_rehearsed=False)
    chatting = Recruitment.objects.filter(study=OuterRef("pk"), is_open=True)
    return studies.filter(~Exists(judging), ~Exists(chatting), archived_at=None)


def _read(study: Study) -> PublishedResults | None:
    report = latest_report(study)
    return PublishedResults(study, report, study.evaluations.filter(is_rehearsed=True).exists()) if report else None


def _set(study: Study, *, is_public: bool) -> None:
    Study.objects.filter(pk=study.pk).update(is_public=is_public)
