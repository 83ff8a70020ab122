"""The settings that identify a model judge. Any model in models.toml can judge, because the prompt is in this package."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.model_config import ModelSpec
from evaluation.judges import prompts
from studies.language_models.descriptions import without_notes
from studies.language_models.identities import describe_model, find_described


def describe_judge(models_file: Path, name: str) -> dict[str, Any]:
    """Return all settings that affect the model's judgements of one evaluation. Raises ModelMisconfigured."""
    sampling = {key: value for key, value in asdict(prompts.sampling()).items() if key not in ("seed", "today")}
    return {
        "judge": describe_model(find_described(models_file, name)),
        "sampling": sampling,
        "tries": prompts.tries(),
        "prompt": prompts.digest(),
    }


def find_judge(models_file: Path, configuration: dict[str, Any]) -> ModelSpec | None:
    """Return the model, or None if its settings have changed since. Raises ModelMisconfigured if it no longer exists."""
    name = configuration["judge"]["model"]
    is_unchanged = _decisive(describe_judge(models_file, name)) == _decisive(configuration)
    return find_described(models_file, name) if is_unchanged else None


def read_date(configuration: dict[str, Any]) -> date | None:
    """Return the date for the chat template; None if an earlier version of the software stored no date."""
    described = configuration["judge"].get("date")
    return date.fromisoformat(described) if described else None


def _decisive(configuration: dict[str, Any]) -> dict[str, Any]:
    return {key: without_notes(value) for key, value in configuration.items()}
