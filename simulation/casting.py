"""From models.toml to the speakers of a dialogue."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from dialogue import personas, prompts
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.models import InvalidModelsFile, ModelSpec, SideTable, UnknownModel, find_model
from dialogue.outputs import Checks
from dialogue.prompts import PromptSet
from dialogue.seeds import Side, sampler_seed
from dialogue.speakers import Speaker
from simulation.digests import remembered
from simulation.models import Run, Simulation
from simulation.requests import limit_features

OpenModel = Callable[[ModelSpec], ChatModel]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything ``roleplay`` needs for one cell."""

    inquirer: Speaker
    responder: Speaker
    persona: str
    goal: str
    prompts: PromptSet
    max_turns: int


def describe_side(models_file: Path, name: str, side: Side) -> dict[str, Any]:
    """What identifies a model on one side of a run: name, server, file hash, template, prompt set, sampling and checks.

    What only decides where and how fast it runs is no part of it; the label is, for who reads it, but identifies nothing.

    Raises ModelMisconfigured in a sentence when the model cannot play that side as it is described.
    """
    spec, table = _find(models_file, name, side)
    return {
        "model": spec.name,
        "label": spec.label,
        "backend": spec.backend,
        "server": _server(spec),
        "fingerprint": _fingerprint(spec),
        "dtype": spec.dtype,
        "template": spec.template,
        "context": spec.context,
        "prompts": table.prompts,
        "sampling": spec.sampling.model_dump() | {"max_tokens": table.max_tokens},
        "coherence": table.coherence.model_dump(),
        "regenerate_tries": table.regenerate_tries,
    }


def identify(configuration: dict[str, Any]) -> str:
    """A hash of what a run's configuration decides: what is said, not how the models are labelled."""
    decisive = {key: _without_label(value) for key, value in configuration.items()}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _without_label(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != "label"} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Casting:
    """Builds the cast of a cell out of the models that ``models_file`` describes and ``open_model`` runs."""

    models_file: Path
    open_model: OpenModel

    def cast(self, cell: Simulation) -> Cast:
        """Raises ModelMisconfigured when a model is gone or is no longer what the run was started with."""
        run = cell.run
        inquirer = self._speaker(run, cell, "inquirer")
        return Cast(
            inquirer=inquirer,
            responder=self._speaker(run, cell, "responder"),
            persona=personas.describe(limit_features(cell.persona.features, run.configuration["features"])),
            goal=cell.goal.text,
            prompts=prompts.load(run.configuration["inquirer"]["prompts"]),
            max_turns=run.configuration["max_turns"],
        )

    def _speaker(self, run: Run, cell: Simulation, side: Side) -> Speaker:
        described = run.configuration[side]
        if _without_label(describe_side(self.models_file, described["model"], side)) != _without_label(described):
            raise ModelMisconfigured(
                f"Model {described['model']!r} is no longer what this run began with: restore it, or start a new run."
            )
        spec, table = _find(self.models_file, described["model"], side)
        return Speaker(
            side=side,
            model=self.open_model(spec),
            sampling=spec.sampling_for(table),
            checks=Checks(table.coherence.max_n, table.coherence.repeats, spec.self_reply_markers, prompts.STOP_TOKEN),
            seed=partial(sampler_seed, cell.seed, cell.persona.code, cell.goal.text, side),
            tries=table.regenerate_tries,
            system=prompts.load_system(table.prompts) if side == "responder" else None,
            conversation=f"simulation-{cell.pk}-{side}",
        )


def _find(models_file: Path, name: str, side: Side) -> tuple[ModelSpec, SideTable]:
    try:
        spec = find_model(models_file, name)
    except (UnknownModel, InvalidModelsFile) as error:
        raise ModelMisconfigured(str(error)) from error
    table: SideTable | None = getattr(spec, side)
    if table is None:
        raise ModelMisconfigured(
            f"Model {name!r} has no [models.{name}.{side}] table: add one, or choose another {side}."
        )
    try:
        (prompts.load if side == "inquirer" else prompts.load_system)(table.prompts)
    except LookupError as error:
        raise ModelMisconfigured(str(error.args[0])) from error
    return spec, table


def _server(spec: ModelSpec) -> dict[str, Any]:
    """Where an API model answers: the same name elsewhere may be another model."""
    return {"api": spec.api, "base_url": spec.base_url, "api_version": spec.api_version} if spec.is_remote else {}


def _fingerprint(spec: ModelSpec) -> str:
    try:
        return spec.fingerprint(remembered(settings.VAR_DIR / "digests"))
    except OSError as error:
        raise ModelMisconfigured(
            f"The file {spec.file or spec.model} of model {spec.name!r} cannot be read: correct its path in models.toml."
        ) from error
