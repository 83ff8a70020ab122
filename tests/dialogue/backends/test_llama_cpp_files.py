"""The llama.cpp backend's errors for unusable files and settings, before it loads any weights."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf
from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp import examine, load
from dialogue.model_config import ModelSpec


def described(path: Path, **settings) -> ModelSpec:
    return ModelSpec(name="random", backend="llama_cpp", file=path, **{"context": 512, **settings})


@pytest.mark.parametrize("asked", [examine, load])
def test_a_missing_file_is_named(tmp_path, asked):
    with pytest.raises(ModelMisconfigured, match=r"gone\.gguf does not exist\. Put it there"):
        asked(described(tmp_path / "gone.gguf"))


@pytest.mark.parametrize("asked", [examine, load])
def test_another_kind_of_file_is_distinguished(tmp_path, asked):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\3\4 something else")
    with pytest.raises(ModelMisconfigured, match="is not a GGUF file"):
        asked(described(path))


@pytest.mark.parametrize("asked", [examine, load])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.99])
def test_a_truncated_download_is_detected(tmp_path, random_gguf, share, asked):
    path = tmp_path / "cut.gguf"
    data = random_gguf.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelMisconfigured, match="Download it again"):
        asked(described(path))


def test_a_context_longer_than_the_training_is_refused(random_gguf):
    with pytest.raises(
        ModelMisconfigured, match=r"trained for a context of 2048 tokens, not 4096\. Set context to 2048"
    ):
        examine(described(random_gguf, context=4096))


def test_more_slots_than_the_library_keeps_are_refused(random_gguf):
    with pytest.raises(ModelMisconfigured, match="at most 256 slots"):
        examine(described(random_gguf, slots=257))


def test_too_little_memory_is_reported_in_numbers(random_gguf, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1 << 20))
    with pytest.raises(ModelMisconfigured, match=r"needs 0\.\d+ GiB .* 0\.00 GiB are available\. Use fewer slots"):
        examine(described(random_gguf, slots=64))


def test_health_reports_the_memory_that_the_model_needs(random_gguf):
    health = examine(described(random_gguf, slots=3))
    assert health.is_ok
    assert "3 slots of 512 tokens" in health.sentence
    cache = 3 * 512 * 2 * (64 + 64) * 2  # slots, tokens, layers, keys and values, bytes
    assert health.memory is not None
    assert random_gguf.stat().st_size + cache < health.memory < random_gguf.stat().st_size + cache + (10 << 20)


def test_unset_slots_fill_half_of_the_free_memory(tmp_path, monkeypatch):
    shape = Shape(context=4096)
    path = write_gguf(tmp_path / "model.gguf", shape, random_weights(shape))
    slot = 4096 * 2 * (64 + 64) * 2
    fixed = (examine(described(path, context=4096, slots=1)).memory or 0) - slot
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=fixed + 11 * slot))
    assert "5 slots" in examine(described(path, context=4096)).sentence


def test_a_model_without_a_template_needs_one_of_the_papers(tmp_path, random_gguf):
    path = tmp_path / "bare.gguf"
    path.write_bytes(random_gguf.read_bytes().replace(b"tokenizer.chat_template", b"tokenizer.chat_templatf"))
    with pytest.raises(ModelMisconfigured, match="contains no chat template"):
        examine(described(path))
    assert examine(described(path, template="llama-2")).is_ok


def test_layers_for_a_gpu_need_a_library_that_can(random_gguf, monkeypatch):
    from dialogue.backends.llama_cpp.library import llama

    monkeypatch.setattr(llama, "llama_supports_gpu_offload", lambda: False)
    with pytest.raises(ModelMisconfigured, match="without GPU support"):
        examine(described(random_gguf, gpu_layers=8))
