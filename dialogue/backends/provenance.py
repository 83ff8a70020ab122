"""What outputs depend on, apart from the model and its settings."""

from dataclasses import dataclass
from typing import Literal

Determinism = Literal["exact", "same batch only", "none"]
"""When the same model, settings and seed give the same output: whatever else is answered at the same time; only if the same
requests are answered together, for example one at a time; or never for certain."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a backend knows about a model's outputs.

    ``reason`` is a sentence about ``determinism``, ``batching`` says which requests share steps, and ``packages`` are the
    libraries that run the model.
    """

    determinism: Determinism
    reason: str
    batching: str
    packages: tuple[str, ...] = ()
