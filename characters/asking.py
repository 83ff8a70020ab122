"""Ask a language model the questions of a job: one item is one question, and its answer is stored before it is read."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F

from characters.models import AskingItem, AskingJob
from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured, Reply, Sampling
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.prices import Price
from dialogue.prompts import NamedPrompts, ResponderPrompts
from dialogue.system_text import place_system
from jobs.leases import LeaseLost
from studies.language_models.descriptions import decisive
from studies.language_models.identities import describe_model, find_described, find_well_described
from studies.language_models.model_workers import ModelWorker
from studies.language_models.provenance import describe_provenance
from studies.storable_text import storable

Question = TypeVar("Question", bound=AskingItem)
_INSTRUCTED = ResponderPrompts(system="You are somebody.")
"""Any system text: it shows whether the model's template has a place for one."""


def describe_asked(models_file: Path, name: str, sampling: Sampling) -> dict[str, Any]:
    """Return what of the model and its sampling affects answers, for the ``configuration`` of a job, under ``model``.

    Raises ModelMisconfigured if models.toml does not describe the model, its file is missing, or it reads no system text.
    """
    return _describe(find_well_described(models_file, name), sampling)


def prepare_job(job: AskingJob, models_file: Path | None = None) -> None:
    """Note the prices and the software with which the unsaved ``job`` starts. Raises ModelMisconfigured."""
    spec = find_described(models_file or settings.MODELS_FILE, job.model)
    job.prices = spec.price.model_dump() if spec.price else {}
    made = describe_provenance(spec, NamedPrompts("", _INSTRUCTED))
    job.provenance = {key: value for key, value in made.items() if key != "prompts"}


def find_asked(models_file: Path, job: AskingJob) -> ModelSpec:
    """Return the job's model. Raises ModelMisconfigured if it is gone, or if its settings have changed since."""
    spec, before = find_described(models_file, job.model), job.configuration["model"]
    if decisive(_describe(spec, sampling_of(job))) != decisive(before):
        raise ModelMisconfigured(
            f"Model {job.model!r} has changed since this job began. Restore its settings in models.toml, or start a new job."
        )
    return spec


def sampling_of(job: AskingJob) -> Sampling:
    """Return the sampling of the job, without a seed."""
    described = job.configuration["model"]
    return Sampling(**described["sampling"], today=date.fromisoformat(described["date"]))


def as_fields(reply: Reply) -> dict[str, Any]:
    """Return the fields of an AskingItem that keep the reply."""
    return {
        "raw": storable(reply.raw),
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "cached_tokens": reply.cached_tokens,
        "first_token_seconds": reply.first_token_seconds,
        "seconds": reply.seconds,
        "stop_reason": reply.stop_reason,
    }


def charge(job: AskingJob, reply: Reply) -> None:
    """Add the reply's cost to the job, in the transaction that stores it."""
    if not job.prices:
        return
    jobs = type(job)._default_manager.filter(pk=job.pk)
    if reply.prompt_tokens is None or reply.completion_tokens is None:
        jobs.update(uncounted=F("uncounted") + 1)
        return
    price = Price(**job.prices)
    jobs.update(cost=F("cost") + price.cost(reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens or 0))


@dataclass
class AskingWorker(ModelWorker[Question]):
    """A worker that asks a job's model. Subclasses say what each item asks, and what is made of the answer."""

    models_file: Path
    open_model: Callable[[ModelSpec], ChatModel] = registry.open_model
    _models: dict[tuple[int, datetime | None], ChatModel] = field(default_factory=dict, init=False)

    async def ask(self, job: AskingJob, messages: Sequence[Message], seed: int, conversation: str = "") -> Reply:
        """Return the reply of the job's model. Raises ModelMisconfigured, or BackendError or one of its kinds.

        Raises LeaseLost if the job was halted when the item's last output was stored: no further one may be paid for.
        """
        if not job.is_running:
            raise LeaseLost(f"{type(job).__name__} {job.pk} was halted, so its model is not asked again.")
        model = await self._opened(job)
        sampling = replace(sampling_of(job), seed=seed)
        placed = place_system(messages, job.configuration["model"]["system"])
        try:
            return await model.reply(placed, sampling, conversation=conversation)
        finally:
            model.forget(conversation)

    async def _opened(self, job: AskingJob) -> ChatModel:
        """Return the job's model, which is looked up once each time the job is started."""
        start = (job.pk, job.started_at)
        if start not in self._models:
            self._models[start] = await self._load(partial(self._open, job))
        return self._models[start]

    def _open(self, job: AskingJob) -> ChatModel:
        return self.open_model(find_asked(self.models_file, job))


def _describe(spec: ModelSpec, sampling: Sampling) -> dict[str, Any]:
    way = registry.fit_prompts(spec, _INSTRUCTED).system
    if way == "none":
        raise ModelMisconfigured(
            f'Model {spec.name!r} cannot read instructions, because system = "none" leaves out the system text. Set system ='
            f' "first_user" for {spec.name!r} in models.toml.'
        )
    told = {key: value for key, value in asdict(sampling).items() if key not in ("seed", "today")}
    return describe_model(spec) | {"system": way, "sampling": told}
