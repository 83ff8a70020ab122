"""LoRA adapters: which base model and chat template one was tuned with, and the model with it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec

MANIFEST = "tuning.json"
_SIDE = 1 << 20
"""Number of bytes at both ends of a file of weights that tell two models apart."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must be known about an adapter, stored beside its weights.

    ``weights`` identifies the base model, called ``base`` where it was tuned. ``template`` is the chat template of its samples
    as models.toml names it. ``tuning`` holds the settings and the data for the record.
    """

    base: str
    weights: str
    template: str
    tuning: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), "utf-8")


def read_manifest(spec: ModelSpec, folder: Path) -> Manifest:
    """Return the manifest of the adapter in ``folder``. Raises ModelMisconfigured if the folder holds none."""
    try:
        stored = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(**stored)
    except (OSError, ValueError, TypeError) as error:
        raise ModelMisconfigured(
            f"Model {spec.name!r} has no usable adapter in {folder}: {MANIFEST}, which names its base model, is missing or"
            " damaged. Correct `adapter` in models.toml; `manage.py rocit train` makes adapters."
        ) from error


def weights_digest(folder: Path) -> str:
    """Return a digest that tells the weights of a model from others without reading all of them.

    It covers the sizes of the weights' files and both ends of each, which hold the names and shapes of all tensors.
    """
    digest = hashlib.sha256()
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    for path in files:
        size = path.stat().st_size
        with path.open("rb") as file:
            digest.update(f"{path.name} {size}\n".encode())
            digest.update(file.read(_SIDE))
            file.seek(max(0, size - _SIDE))
            digest.update(file.read(_SIDE))
    return digest.hexdigest()


def check_adapter(spec: ModelSpec, adapter: Path, base: Path) -> None:
    """Check that the ``adapter`` was tuned for the model in the folder ``base`` with the template of ``spec``.

    Raises ModelMisconfigured.
    """
    manifest = read_manifest(spec, adapter)
    if manifest.weights != weights_digest(base):
        raise ModelMisconfigured(
            f"The adapter {adapter} of model {spec.name!r} was tuned for another base model ({manifest.base}). Correct `model`"
            " or `adapter` in models.toml."
        )
    if manifest.template != spec.template:
        raise ModelMisconfigured(
            f"The adapter {adapter} of model {spec.name!r} was tuned with another chat template. Set template ="
            f' "{manifest.template}" for {spec.name!r} in models.toml.'
        )


def adapted(spec: ModelSpec, model: Any, adapter: Path) -> Any:
    """Return ``model`` with the adapter merged into its weights, which makes it as fast as without.

    Raises ModelMisconfigured.
    """
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, adapter).merge_and_unload()
    except (OSError, ValueError, RuntimeError) as error:  # torch raises RuntimeError for other shapes
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ModelMisconfigured(
            f"The adapter {adapter} of model {spec.name!r} cannot be loaded: {reason}. Tune it again."
        ) from error
