"""What identifies a model that judges. It needs no table of its own in models.toml: what it is asked stands here."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.model_config import ModelSpec
from evaluation.judges import prompts
from studies.language_models.identities import describe_model, find_described, without_notes


def describe_judge(models_file: Path, name: str) -> dict[str, Any]:
    """Everything that decides what the model says about pairs of one evaluation. Raises ModelMisconfigured."""
    sampling = {key: value for key, value in asdict(prompts.sampling()).items() if key not in ("seed", "today")}
    return {
        "judge": describe_model(find_described(models_file, name)),
        "sampling": sampling,
        "tries": prompts.tries(),
        "prompt": prompts.digest(),
    }


def find_judge(models_file: Path, configuration: dict[str, Any]) -> ModelSpec | None:
    """The model, if it still says what it said when it was described. Raises ModelMisconfigured when it is gone."""
    name = configuration["judge"]["model"]
    is_still = _decisive(describe_judge(models_file, name)) == _decisive(configuration)
    return find_described(models_file, name) if is_still else None


def read_date(configuration: dict[str, Any]) -> date | None:
    """Return the day on which the judge was described, for its chat template; earlier versions stored none."""
    told = configuration["judge"].get("date")
    return date.fromisoformat(told) if told else None


def _decisive(configuration: dict[str, Any]) -> dict[str, Any]:
    return {key: without_notes(value) for key, value in configuration.items()}
