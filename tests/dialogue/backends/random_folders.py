"""Models with random weights for transformers, each in a folder."""

from pathlib import Path
from typing import Any

from benchmarks.random_llama import Shape, random_weights, transformers_model, transformers_tokenizer
from dialogue.model_config import ModelSpec

WORDS = Shape()
"""Says whole words and never ends by itself; its context is 2048 tokens."""
BABBLE = Shape(speaks_words=False)
"""Says any bytes, cut characters included, and sometimes ends."""


def write_folder(folder: Path, shape: Shape) -> Path:
    transformers_model(shape, random_weights(shape)).save_pretrained(folder)
    transformers_tokenizer(shape.vocabulary).save_pretrained(folder)
    return folder


def spec_of(folder: Path, **settings: Any) -> ModelSpec:
    return ModelSpec(name="tiny", backend="transformers", model=str(folder), **{"context": 2048, **settings})
