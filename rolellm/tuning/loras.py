"""The LoRA that a tuning learns, and its folder."""

import shutil
from pathlib import Path
from typing import Any

import torch

from dialogue.backends.transformers.adapters import Manifest
from rolellm.tuning.recipe import InvalidRecipe, Modules, Recipe

_TARGETS: dict[Modules, list[str] | str] = {"q and v": ["q_proj", "v_proj"], "all linear": "all-linear"}


def with_lora(model: Any, recipe: Recipe) -> Any:
    """Return the model with a new LoRA, which alone will be learned and at first changes nothing.

    Raises InvalidRecipe if the model has no matrices of the recipe's names.
    """
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(recipe.seed)
    wanted = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=_TARGETS[recipe.modules],
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, wanted)
    except ValueError as error:  # no matrix has such a name
        raise InvalidRecipe(
            'This model has no matrices called q_proj and v_proj. Set modules to "all linear".'
        ) from error


def write_lora(model: Any, folder: Path, manifest: Manifest) -> None:
    """Write the LoRA of ``model`` with its manifest to ``folder``, completely or not at all; replace an earlier one."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    model.save_pretrained(unfinished)
    manifest.write(unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
