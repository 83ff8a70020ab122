"""Small base models and samples for tunings."""

from pathlib import Path
from typing import Any

from benchmarks.random_llama import Shape
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.samples import Sample
from tests.dialogue.backends.random_folders import write_folder

SMALL = Shape(hidden=32, layers=2, feed_forward=64, syllables=8, speaks_words=False)
QUESTIONS = ("baba", "bebe", "bibi", "bobo")
ANSWERS = {"Ann": "baba bobo baba", "Bob": "bebe bibi bebe"}


def write_base(folder: Path, shape: Shape = SMALL) -> Path:
    return write_folder(folder, shape)


def spec_of(folder: Path, **settings: Any) -> ModelSpec:
    fixed = {"name": "base", "backend": "transformers", "model": str(folder), "device": "cpu", "context": 2048}
    return ModelSpec(**{**fixed, **settings})


def sample(role: str, question: str, response: str) -> Sample:
    return Sample(role, (Message("system", f"You are {role}."), Message("user", question)), response)


def two_roles() -> list[Sample]:
    """Return samples of two roles that answer every question differently."""
    return [sample(role, question, answer) for role, answer in ANSWERS.items() for question in QUESTIONS]


def quick(**settings: Any) -> Recipe:
    """Return a recipe with which a small model learns in seconds."""
    return Recipe(**{"rate": 0.01, "epochs": 4, "batch": 2, "accumulation": 2, "checkpoint_every": 2, **settings})
