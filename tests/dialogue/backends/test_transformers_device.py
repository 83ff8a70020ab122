"""What is chosen for a GPU of a certain kind. No GPU is needed: each is a description."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.transformers import weights
from dialogue.backends.transformers.device import Device, choose_attention, choose_dtype, read_gpu_memory
from dialogue.backends.transformers.memory import examine_memory, require_memory
from dialogue.backends.transformers.weights import Way, choose_way
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.random_folders import WORDS, spec_of, write_folder

NEW = Device("cuda:0", "NVIDIA A100", free=80 * 10**9, total=85 * 10**9, has_bfloat16=True, lacks_flash="")
OLD = Device(
    "cuda:1", "Tesla V100", 15 * 10**9, 16 * 10**9, has_bfloat16=False, lacks_flash="this GPU is too old for it"
)
PROCESSOR = Device("cpu", "", 8 * 10**9, 16 * 10**9, has_bfloat16=True, lacks_flash="it needs a GPU")
LLAMA = SimpleNamespace(_supports_flash_attn=True, _supports_sdpa=True)


def described(**settings: Any) -> ModelSpec:
    return ModelSpec(name="m", backend="transformers", model="some/model", **settings)


@pytest.mark.parametrize(
    ("device", "dtype"), [(NEW, torch.bfloat16), (OLD, torch.float16), (PROCESSOR, torch.float32)], ids=str
)
def test_the_number_format_is_one_that_the_device_computes_fast(device: Device, dtype: torch.dtype) -> None:
    assert choose_dtype(described(), device) == dtype
    assert choose_dtype(described(dtype="float16"), device) == torch.float16


@pytest.mark.parametrize(
    ("device", "architecture", "attention"),
    [
        (NEW, LLAMA, "flash_attention_2"),
        (replace(NEW, lacks_flash="the package flash-attn is not installed"), LLAMA, "sdpa"),
        (OLD, LLAMA, "sdpa"),
        (PROCESSOR, LLAMA, "sdpa"),
        (NEW, SimpleNamespace(_supports_sdpa=True), "sdpa"),
        (NEW, SimpleNamespace(), "eager"),
        (NEW, None, "eager"),
    ],
    ids=str,
)
def test_attention_is_computed_in_the_fastest_way_that_is_there(
    device: Device, architecture: Any, attention: str
) -> None:
    dtype = choose_dtype(described(), device)
    assert choose_attention(described(), device, dtype, architecture) == attention


def test_flash_attention_needs_half_precision() -> None:
    assert choose_attention(described(), NEW, torch.float32, LLAMA) == "sdpa"


def test_the_way_in_models_toml_is_taken_or_refused_with_the_reason() -> None:
    assert choose_attention(described(attention="eager"), NEW, torch.bfloat16, LLAMA) == "eager"
    with pytest.raises(ModelMisconfigured) as refusal:
        choose_attention(described(attention="flash_attention_2"), OLD, torch.float16, LLAMA)
    assert str(refusal.value) == (
        "Model 'm' cannot use the attention 'flash_attention_2' here: this GPU is too old for it. Remove `attention`."
    )


@pytest.mark.parametrize(
    ("total", "free", "sentence"),
    [
        (
            10**5,
            10**5,
            r"cuda:0 \(NVIDIA A100\) has only .* Set `dtype` to a smaller format, choose a smaller model, or",
        ),
        (
            6 * 10**6,
            6 * 10**6,
            r"has only .* GB\. Lower `slots` or `context`, choose a smaller model, or divide it among",
        ),
        (
            80 * 10**9,
            10**6,
            r"only 0\.0 of the 80\.0 GB of cuda:0 .* are free\. Stop what else uses its memory, choose another GPU",
        ),
    ],
)
def test_a_gpu_without_room_is_named_with_what_to_do(words: Path, total: int, free: int, sentence: str) -> None:
    way = Way(replace(NEW, total=total, free=free), torch.bfloat16, "sdpa")
    health = examine_memory(spec_of(words, slots=100), way)
    assert not health.is_ok
    assert re.search(sentence, health.sentence), health.sentence


def test_one_history_must_fit_however_many_slots_there_are(words: Path) -> None:
    spec, one = spec_of(words, slots=100), examine_memory(spec_of(words), Way(NEW, torch.bfloat16, "sdpa")).memory
    assert one
    require_memory(spec, Way(replace(NEW, free=one), torch.bfloat16, "sdpa"))
    with pytest.raises(ModelMisconfigured, match=r"choose another GPU, or lower `context`\."):
        require_memory(spec, Way(replace(NEW, free=one - 1), torch.bfloat16, "sdpa"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory."),
            "GPU 3 has no free memory. Stop the programs that nvidia-smi shows on it, or choose another GPU.",
        ),
        (
            RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be"),
            "GPU 3 has no free memory. Stop the programs that nvidia-smi shows on it, or choose another GPU.",
        ),
        (
            RuntimeError("CUDA error: device not ready\nCUDA kernel errors might be"),
            "GPU 3 cannot be used (CUDA error: device not ready). Check it with nvidia-smi, or choose another GPU.",
        ),
    ],
    ids=["full", "full for its driver", "broken"],
)
def test_a_gpu_whose_memory_cannot_be_read_is_one_sentence(error: RuntimeError, sentence: str) -> None:
    def fail(number: int) -> tuple[int, int]:
        raise error

    with pytest.raises(ModelMisconfigured) as refusal:
        read_gpu_memory(3, fail)
    assert str(refusal.value) == sentence


def test_a_model_whose_code_cannot_be_imported_is_one_sentence(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get(self, *_: object) -> None:
            raise ModuleNotFoundError("No module named 'kernels'")

    monkeypatch.setattr(weights, "MODEL_FOR_CAUSAL_LM_MAPPING", Broken())
    with pytest.raises(ModelMisconfigured, match="cannot be loaded by transformers: No module named 'kernels'"):
        choose_way(spec_of(words), words)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "words", WORDS)
