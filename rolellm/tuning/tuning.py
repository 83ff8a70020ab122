"""A tuning from samples to an adapter, in a folder from which it can be resumed."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogue.backends.transformers.adapters import Manifest, weights_digest
from dialogue.backends.transformers.weights import find_folder
from dialogue.model_config import ModelSpec
from rolellm.tuning.base import Base, load_base
from rolellm.tuning.checkpoints import Checkpoints
from rolellm.tuning.examples import Example, Examples, encode
from rolellm.tuning.loras import with_lora, write_lora
from rolellm.tuning.memory import bytes_needed, fitting_batch, free_bytes
from rolellm.tuning.order import steps_per_epoch
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.samples import Sample
from rolellm.tuning.training import NotEnoughMemory, Training

ADAPTER = "adapter"
_CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Tuning:
    """A tuning that is ready to run: iterate over ``training.run()``, then ``finish``."""

    training: Training
    examples: Examples
    manifest: Manifest
    device: str
    steps_per_epoch: int
    _folder: Path
    _model: object

    @property
    def adapter(self) -> Path:
        """Return the folder of the adapter, which exists after ``finish``."""
        return self._folder / ADAPTER

    def finish(self) -> Manifest:
        """Write the adapter and return its manifest."""
        write_lora(self._model, self.adapter, self.manifest)
        return self.manifest


def prepare(
    spec: ModelSpec,
    samples: Sequence[Sample],
    recipe: Recipe,
    folder: Path,
    should_stop: Callable[[], bool] = lambda: False,
) -> Tuning:
    """Load the model and the last checkpoint in ``folder``, if any. Training ends early when ``should_stop`` says so.

    Raises ModelMisconfigured, InvalidRecipe, NoSamples, NotEnoughMemory or ForeignCheckpoint, each with a sentence.
    """
    base = load_base(spec, recipe)
    examples = encode(samples, base.tokens, base.ends, recipe, spec.system)
    weights = weights_digest(find_folder(spec))
    identity = _identity(examples.examples, recipe, weights)
    batch = _batch(base, examples.examples, recipe)
    model = with_lora(base.model, recipe)
    checkpoints = Checkpoints(folder / _CHECKPOINTS, identity)
    training = Training(model, examples.examples, recipe, checkpoints, batch, should_stop)
    manifest = Manifest(
        spec.model,
        weights,
        spec.template if recipe.markup == "own" else recipe.markup,
        _record(samples, recipe, identity),
    )
    each = steps_per_epoch(len(examples.examples), recipe)
    return Tuning(training, examples, manifest, base.device, each, folder, model)


def _batch(base: Base, examples: Sequence[Example], recipe: Recipe) -> int:
    """Return how many samples fit into memory at once, at most the recipe's batch. Raises NotEnoughMemory."""
    longest = max(len(example.ids) for example in examples)
    learned = max(len(example.ids) - example.start for example in examples)
    if batch := fitting_batch(base.model, recipe, longest, learned):
        return batch
    needed, free = bytes_needed(base.model, 1, longest, learned) / 1e9, free_bytes(base.model) / 1e9
    raise NotEnoughMemory(
        f"A single sample of {longest} tokens needs about {needed:.1f} GB beyond the weights, but only {free:.1f} GB are free."
        " Stop what else uses memory, lower input_tokens or output_tokens, or choose a smaller model."
    )


def _identity(examples: Sequence[Example], recipe: Recipe, weights: str) -> str:
    """Return a digest of what determines the curve: base, data and recipe."""
    digest = hashlib.sha256(f"{weights} {json.dumps(recipe.as_object(), sort_keys=True)}".encode())
    for example in examples:
        digest.update(f"{example.start} {example.ids}".encode())
    return digest.hexdigest()


def _record(samples: Sequence[Sample], recipe: Recipe, identity: str) -> dict[str, object]:
    roles = dict.fromkeys(sample.role for sample in samples)
    return {"recipe": recipe.as_object(), "roles": list(roles), "samples": len(samples), "identity": identity}
