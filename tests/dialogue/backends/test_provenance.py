"""What outputs depend on: each backend states it, without loading weights."""

from pathlib import Path

import pytest

from benchmarks.random_llama import random_weights, write_gguf
from dialogue.backends import registry
from dialogue.code_version import code_version
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.conftest import WORDS
from tests.dialogue.backends.llama_models import described
from tests.installation import BASE_DIR


def label(spec: ModelSpec) -> str:
    return registry.provenance(spec).determinism


def test_floating_point_weights_on_the_processor_are_exact() -> None:
    found = registry.provenance(described(BASE_DIR / "tiny" / "tiny.gguf"))
    assert (found.determinism, found.packages) == ("exact", ("llama-cpp-python",))


def test_weights_that_need_not_be_exact_depend_on_the_batch() -> None:
    assert label(described(BASE_DIR / "tiny" / "tiny.gguf", exact=False)) == "same batch only"


def test_quantized_weights_depend_on_the_batch(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "q8.gguf", WORDS, random_weights(WORDS), "q8_0")
    assert label(described(path)) == "same batch only"


def test_floating_point_weights_on_a_gpu_depend_on_the_batch() -> None:
    assert label(described(BASE_DIR / "tiny" / "tiny.gguf", gpu_layers=99)) == "same batch only"


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_no_more_is_claimed_about_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.gguf"
    if content is not None:
        path.write_bytes(content)
    assert label(described(path)) == "same batch only"


def test_a_replaced_file_is_read_again(tmp_path: Path, random_gguf: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(random_gguf.read_bytes())
    assert label(described(path)) == "exact"
    write_gguf(path, WORDS, random_weights(WORDS), "q8_0")
    assert label(described(path)) == "same batch only"


def test_the_other_backends_say_what_they_can_promise() -> None:
    assert label(ModelSpec(name="m", backend="transformers", model="some/model")) == "same batch only"
    assert label(ModelSpec(name="m", backend="openai", model="gpt-4")) == "none"
    assert label(ModelSpec(name="m", backend="scripted", replies=("Hi.",))) == "exact"


def test_every_backend_states_its_provenance_in_a_sentence() -> None:
    settings = {"llama_cpp": {"file": Path("m.gguf")}, "transformers": {"model": "m"}, "openai": {"model": "m"}}
    for name in registry.BACKENDS:
        found = registry.provenance(ModelSpec(name="m", backend=name, **settings.get(name, {})))  # type: ignore[arg-type]
        assert found.reason.endswith(".")
        assert found.batching


def test_the_version_of_the_code_names_the_release_and_the_methods_code() -> None:
    assert code_version().startswith("0.1.0, dialogue ")
    assert len(code_version().rpartition(" ")[2]) == 12
