"""A minuscule Llama with random weights, for whatever needs a real model file."""

from pathlib import Path

import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf

WORDS = Shape()
BABBLE = Shape(speaks_words=False)


@pytest.fixture(scope="session")
def random_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says whole words and never ends by itself; its context is 2048 tokens."""
    return write_gguf(tmp_path_factory.mktemp("random") / "words.gguf", WORDS, random_weights(WORDS))


@pytest.fixture(scope="session")
def babbling_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says any bytes, cut characters included, and sometimes ends."""
    return write_gguf(tmp_path_factory.mktemp("random") / "babble.gguf", BABBLE, random_weights(BABBLE))
