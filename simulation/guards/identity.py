"""The settings that identify a guard."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.guards.llama_guard import SAMPLING
from dialogue.guards.opening import check_guard, guard_table
from dialogue.model_config import ModelSpec
from simulation.run_identity import identify
from studies.language_models.identities import describe_model, find_described


def describe_guard(models_file: Path, name: str) -> dict[str, Any]:
    """Return all settings that affect the guard's answers. Raises ModelMisconfigured if the model is not a guard."""
    spec = find_described(models_file, name)
    kind = guard_table(spec).kind
    check_guard(spec)
    described = {"guard": describe_model(spec), "kind": kind}
    if kind == "moderation":
        return described
    return described | {"sampling": {key: value for key, value in asdict(SAMPLING).items() if key != "today"}}


def find_guard(models_file: Path, configuration: dict[str, Any]) -> ModelSpec:
    """Return the model. Raises ModelMisconfigured if it is gone, or if its settings have changed since."""
    name = configuration["guard"]["model"]
    if identify(describe_guard(models_file, name)) != identify(configuration):
        raise ModelMisconfigured(
            f"Guard {name!r} has changed since these checks began. Restore its settings in models.toml, or start the checks "
            "again."
        )
    return find_described(models_file, name)
