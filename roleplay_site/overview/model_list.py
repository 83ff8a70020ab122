"""The content of the page of models: what models.toml says, who serves each model, and what it is used in."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.http import urlencode

from dialogue.model_config import ModelSpec
from evaluation.models import JudgeRun
from jobs.heartbeats import absent_worker, serving_workers
from jobs.models import WorkerProcess
from simulation.models import Run
from studies.chatbots import chatbots_of
from studies.language_models.catalogue import read_catalogue
from studies.language_models.examinations import latest_examinations, latest_reports
from studies.models import Examination, GuardRun, Study


@dataclass(frozen=True, slots=True)
class Use:
    """What a model is used in: studies as chatbot, and numbers of runs, judge runs and studies as guard."""

    studies: list[Study] = field(default_factory=list)
    inquirer: int = 0
    responder: int = 0
    judge: int = 0
    guard: int = 0

    @property
    def is_none(self) -> bool:
        return not (self.studies or self.inquirer or self.responder or self.judge or self.guard)


@dataclass(frozen=True, slots=True)
class Examined:
    """The latest examination of a model in any state, and the latest finished one; either may be None."""

    model: str
    latest: Examination | None = None
    finished: Examination | None = None

    @property
    def is_under_way(self) -> bool:
        return self.latest is not None and self.latest.is_running

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the examination."""
        return absent_worker(self.latest) if self.latest else ""

    @property
    def problem(self) -> str:
        """Return why the model could not be examined; empty if it could."""
        return self.latest.message if self.latest and self.latest.has_failed else ""

    @property
    def report(self) -> dict[str, Any]:
        return self.finished.report if self.finished else {}

    @property
    def speed(self) -> float | None:
        """Return the tokens per second that were measured; None if nothing was, or the provider counts none."""
        found: float | None = self.report["examination"]["tokens_per_second"] if self.report else None
        return found

    @property
    def query(self) -> str:
        return urlencode({"model": self.model})


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model in the list."""

    spec: ModelSpec
    workers: list[WorkerProcess]
    use: Use
    examined: Examined

    @property
    def backend(self) -> str:
        """Return what runs the model, in words."""
        return {
            "llama_cpp": "llama.cpp",
            "transformers": "Transformers",
            "openai": f"API at {self.spec.base_url or 'OpenAI'}",
            "scripted": "scripted replies",
        }[self.spec.backend]


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """All models of models.toml, and the mistakes in it."""

    lines: list[ModelLine]
    problem: str


def read_models_page() -> ModelsPage:
    """Read the page without opening any model."""
    catalogue = read_catalogue()
    uses, latest, finished = _read_uses(), latest_examinations(), latest_reports()
    lines = [
        ModelLine(
            spec,
            serving_workers(name),
            uses.get(name, Use()),
            Examined(name, latest.get(name), finished.get(name)),
        )
        for name, spec in catalogue.models.items()
    ]
    return ModelsPage(lines, catalogue.problem)


def read_examined(model: str) -> Examined:
    """Return what is known of one model's examinations."""
    return Examined(model, latest_examinations().get(model), latest_reports().get(model))


def _read_uses() -> dict[str, Use]:
    studies: dict[str, list[Study]] = {}
    for study in Study.objects.listed().order_by("title").prefetch_related("conditions"):
        for name in dict.fromkeys([study.chatbot, *(one.model for one in chatbots_of(study))]):
            studies.setdefault(name, []).append(study)
    inquirers, responders = _count(Run, "inquirer"), _count(Run, "responder")
    judges, guards = _count(JudgeRun, "model"), _count(GuardRun, "model")
    return {
        name: Use(studies.get(name, []), *(counts.get(name, 0) for counts in (inquirers, responders, judges, guards)))
        for name in {*studies, *inquirers, *responders, *judges, *guards}
    }


def _count(table: type[Run | JudgeRun | GuardRun], model: str) -> dict[str, int]:
    """Return the number of rows by the name of the model in the field ``model``."""
    return dict(table._default_manager.order_by().values_list(model).annotate(Count("pk")))
