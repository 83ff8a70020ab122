"""Routing of jobs to workers: the broker has a queue for each local model, one for all API models, and one for computing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings

from dialogue.model_config import ModelSpec
from dialogue.models_file import InvalidModelsFile, read_models
from jobs.models import Job

ALL, API, COMPUTING = "celery", "api", "computing"
"""Celery's default queue, which workers consume that serve everything."""
_MODEL = "model."


@dataclass(frozen=True, slots=True)
class Service:
    """What a worker serves, as the names of the broker's queues that it consumes."""

    queues: frozenset[str]

    @property
    def models(self) -> set[str]:
        """Return the names of the models that it may use, unless it serves everything."""
        local = {unquote(queue.removeprefix(_MODEL)) for queue in self.queues if queue.startswith(_MODEL)}
        return local | (_api_models() if API in self.queues else set())

    def can_serve(self, job: Job) -> bool:
        """Return whether it may work on the items of ``job``, which need all of the job's models at once."""
        if ALL in self.queues:
            return True
        return self.models.issuperset(job.models_needed) if job.models_needed else COMPUTING in self.queues

    def can_use(self, model: str) -> bool:
        """Return whether it may use ``model``."""
        return ALL in self.queues or model in self.models

    def lookups(self, jobs: type[Job]) -> dict[str, Any]:
        """Return the field lookups that select the ``jobs`` it can serve."""
        if ALL in self.queues or (not jobs.MODEL_FIELDS and COMPUTING in self.queues):
            return {}
        models = sorted(self.models)
        return {f"{name}__in": models for name in jobs.MODEL_FIELDS} or {"pk__in": []}


EVERYTHING = Service(frozenset({ALL}))


def queue_of(model: str) -> str:
    """Return the name of the broker's queue for jobs that need ``model``."""
    return API if model in _api_models() else f"{_MODEL}{quote(model, safe='')}"


def queues_for(job: Job) -> list[str]:
    """Return the names of the broker's queues that receive messages about ``job``."""
    return _distinct(map(queue_of, job.models_needed)) or [COMPUTING]


def all_queues() -> list[str]:
    """Return the names of all the broker's queues, including one for each model that models.toml now describes."""
    return _distinct([ALL, API, COMPUTING, *map(queue_of, _described_models())])


def missing_worker(job: Job, services: Iterable[Service]) -> str:
    """Return a sentence that says which worker to start if none of these ``services`` can serve ``job``; otherwise empty."""
    known = list(services)
    if any(service.can_serve(job) for service in known):
        return ""
    needed = job.models_needed
    if not needed:
        return "No worker serves computing: start one with “python manage.py worker --computing”."
    unserved = [name for name in needed if not any(name in service.models for service in known)]
    missing = " and ".join(unserved) if unserved else f"{' and '.join(needed)} together"
    return f"No worker serves {missing}: start one with “python manage.py worker --models {','.join(needed)}”."


def _api_models() -> set[str]:
    return {name for name, spec in _described_models().items() if spec.is_remote}


def _described_models() -> dict[str, ModelSpec]:
    """Return the correctly described models; none if the file cannot be read, which pages report elsewhere."""
    try:
        return dict(read_models(settings.MODELS_FILE).models)
    except InvalidModelsFile:
        return {}


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
