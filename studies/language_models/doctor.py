"""The model doctor for this site's models: the examination and what follows from it, as values to print, show and store."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.doctor.advice import Advice, advise
from dialogue.doctor.diagnosis import describe
from dialogue.doctor.examination import Examination, OnStep, examine, ignore
from dialogue.doctor.table import HEADINGS, as_text, rows_of
from dialogue.model_config import ModelSpec
from dialogue.prompts import NamedPrompts
from studies.language_models.identities import find_well_described

SHAPE = 1
"""Version of the object below. Increase it when pages read it differently: older reports are then no longer shown."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor says about a model."""

    examination: Examination
    sentences: list[str]
    advice: Advice

    @property
    def text(self) -> str:
        """Return the report for a terminal."""
        lines = [as_text(self.examination), "", *self.sentences, "", self.advice.why]
        memory = self.examination.memory
        speed = self.examination.speed
        if speed is not None:
            lines.append(f"Speed: {speed:.0f} tokens/s with eight dialogues at once.")
        if memory is not None:
            lines.append(f"Memory: {memory / (1 << 30):.2f} GiB.")
        if self.advice.options:
            lines += ["", f"For one run, add to manage.py simulate: {self.advice.options}"]
        return "\n".join([*lines, "", "For all runs, put these lines into models.toml:", "", self.advice.lines])

    def as_object(self) -> dict[str, Any]:
        """Return the report for JSON, with the table that pages show."""
        table = {"headings": HEADINGS, "rows": rows_of(self.examination)}
        advice = asdict(self.advice) | {"options": self.advice.options}
        found = asdict(self.examination) | {"tokens_per_second": self.examination.speed}
        return {"shape": SHAPE, "examination": found, "table": table, "sentences": self.sentences, "advice": advice}


async def open_on_thread(spec: ModelSpec) -> ChatModel:
    """Load the model on a separate thread, because that may take minutes."""
    return await asyncio.to_thread(registry.open_model, spec)


async def examine_model(
    name: str,
    open_model: Callable[[ModelSpec], Awaitable[ChatModel]] = open_on_thread,
    on_step: OnStep = ignore,
    chosen: NamedPrompts | None = None,
) -> Report:
    """Examine the model ``name`` of models.toml, with the ``chosen`` prompt set first.

    Raises BackendError if it cannot run or does not answer.
    """
    spec = await asyncio.to_thread(_find, name)
    found = await examine(spec, await open_model(spec), chosen, on_step)
    return Report(found, describe(found), advise(spec, found))


def refuse_unfit(spec: ModelSpec) -> None:
    """Raise ModelMisconfigured if an examination cannot even begin. A server may take seconds to answer."""
    _refuse_guard(spec)
    health = registry.examine(spec)
    if not health.is_ok:
        raise ModelMisconfigured(health.sentence)


def _find(name: str) -> ModelSpec:
    spec = find_well_described(settings.MODELS_FILE, name)
    _refuse_guard(spec)
    return registry.with_own_sampling(spec)


def _refuse_guard(spec: ModelSpec) -> None:
    if spec.guard:
        raise ModelMisconfigured(
            f"Model {spec.name!r} is a guard, which plays neither speaker. `manage.py guard` lets it check dialogues."
        )
