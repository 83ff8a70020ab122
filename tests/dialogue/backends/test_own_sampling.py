"""A model's own generation settings are its defaults, for what models.toml does not set."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf
from dialogue.backends import registry
from dialogue.model_config import ModelSpec

RECOMMENDED = {"do_sample": True, "temperature": 0.6, "top_k": 20, "repetition_penalty": 1.05, "eos_token_id": 2}


def folder_model(folder: Path, settings: object = RECOMMENDED, **described: Any) -> ModelSpec:
    (folder / "generation_config.json").write_text(json.dumps(settings))
    return ModelSpec(name="mine", backend="transformers", model=str(folder), **described)


def test_a_folder_gives_the_settings_that_models_toml_lacks(tmp_path: Path):
    spec = folder_model(tmp_path, sampling={"temperature": 0.2})
    in_force = registry.with_own_sampling(spec).sampling
    assert in_force.model_dump() == {"temperature": 0.2, "top_p": 1.0, "top_k": 20, "repeat_penalty": 1.05}
    assert registry.describe_sampling(spec) == [
        "temperature 0.2 (models.toml)",
        "top_k 20 (the model's generation_config.json)",
        "repeat_penalty 1.05 (the model's generation_config.json)",
    ]


def test_a_folder_that_says_not_to_sample_is_greedy(tmp_path: Path):
    spec = folder_model(tmp_path, RECOMMENDED | {"do_sample": False})
    in_force = registry.with_own_sampling(spec).sampling
    assert in_force.model_dump() == {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "repeat_penalty": 1.05}
    assert "temperature 0 (do_sample false in the model's generation_config.json)" in registry.describe_sampling(spec)


def test_a_temperature_in_models_toml_outweighs_that_the_folder_does_not_sample(tmp_path: Path):
    spec = folder_model(tmp_path, {"do_sample": False, "top_k": 20}, sampling={"temperature": 0.7})
    in_force = registry.with_own_sampling(spec).sampling
    assert (in_force.temperature, in_force.top_k) == (0.7, 0)


def test_a_default_that_models_toml_states_stays():
    spec = ModelSpec(name="mine", backend="scripted", replies=("Hi",), sampling={"top_p": 1.0})
    assert registry.describe_sampling(spec) == ["top_p 1 (models.toml)"]


def test_a_stated_default_is_not_replaced_by_the_folders(tmp_path: Path):
    spec = folder_model(tmp_path, sampling={"temperature": 1.0})
    assert registry.with_own_sampling(spec).sampling.temperature == 1.0


@pytest.mark.parametrize(
    "settings", [{"temperature": None, "top_p": 10, "top_k": True, "repetition_penalty": "1.1"}, [], "text", {}]
)
def test_settings_without_meaning_are_left_out(tmp_path: Path, settings: object):
    spec = folder_model(tmp_path, settings)
    assert registry.with_own_sampling(spec) == spec
    assert registry.describe_sampling(spec) == []


def test_a_folder_without_the_file_and_a_name_on_the_hub_say_nothing(tmp_path: Path):
    for model in (str(tmp_path), "someone/some-model"):
        spec = ModelSpec(name="mine", backend="transformers", model=model)
        assert registry.with_own_sampling(spec) == spec


def test_a_gguf_file_gives_the_sampling_in_its_metadata(tmp_path: Path):
    shape = Shape()
    keys = {"temp": 0.7, "top_p": 0.8, "top_k": 20, "penalty_repeat": 1.05}
    file = write_gguf(tmp_path / "own.gguf", shape, random_weights(shape), sampling=keys)
    spec = ModelSpec(name="mine", backend="llama_cpp", file=file, context=512, sampling={"top_p": 0.95})
    in_force = registry.with_own_sampling(spec).sampling
    assert in_force.model_dump() == {"temperature": 0.7, "top_p": 0.95, "top_k": 20, "repeat_penalty": 1.05}
    assert "temperature 0.7 (the model's file)" in registry.describe_sampling(spec)


def test_a_gguf_file_without_sampling_and_a_missing_one_say_nothing(random_gguf: Path, tmp_path: Path):
    for file in (random_gguf, tmp_path / "gone.gguf"):
        spec = ModelSpec(name="mine", backend="llama_cpp", file=file, context=512)
        assert registry.with_own_sampling(spec) == spec
