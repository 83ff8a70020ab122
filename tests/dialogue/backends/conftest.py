"""A tiny Llama with random weights, for tests that need a real model file."""

from pathlib import Path

import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf

WORDS = Shape()
BABBLE = Shape(speaks_words=False)


@pytest.fixture(scope="session")
def random_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model that generates whole words and never ends; its context is 2048 tokens."""
    return write_gguf(tmp_path_factory.mktemp("random") / "words.gguf", WORDS, random_weights(WORDS))


@pytest.fixture(scope="session")
def babbling_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model that generates arbitrary bytes, including partial characters, and sometimes ends."""
    return write_gguf(tmp_path_factory.mktemp("random") / "babble.gguf", BABBLE, random_weights(BABBLE))
