"""What becomes of an adapter: answers as a role, in transformers and, merged, in llama.cpp."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from gguf import GGUFReader
from gguf.quants import dequantize

from dialogue.backends import llama_cpp, transformers
from dialogue.backends.base import ChatModel, ModelMisconfigured, Sampling
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from rolellm.tuning.export.files import export_gguf
from rolellm.tuning.export.shape import Unexportable
from rolellm.tuning.merging import OutputExists, merge, unpack
from rolellm.tuning.tuning import prepare
from tests.rolellm.tuning.bases import quick, sample, spec_of, write_base
from tiny.build import MODEL

GREEDY = Sampling(temperature=0, max_tokens=24)
QUESTIONS = ("Who are you?", "What do you like?", "Where do you live?", "What is your plan?")
ANSWERS = {"a pirate": "Arr, ask the sea!", "a detective": "Elementary, my dear friend."}


@dataclass(frozen=True)
class Tuned:
    base: Path
    adapter: Path

    def spec(self, **settings: object) -> ModelSpec:
        return spec_of(self.base, **{"adapter": self.adapter, "template": "rolellm", **settings})


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    """An adapter of the embedded model with two roles, tuned in the paper's markup until it knows them by heart."""
    folder = tmp_path_factory.mktemp("tuned")
    base = unpack(MODEL, folder / "base")
    samples = [sample(role, question, answer) for role, answer in ANSWERS.items() for question in QUESTIONS]
    recipe = quick(markup="rolellm", dropout=0, batch=8, accumulation=1, epochs=30)
    tuning = prepare(spec_of(base), samples, recipe, folder / "tuning")
    for _ in tuning.training.run():
        pass
    tuning.finish()
    return Tuned(base, tuning.adapter)


@asynccontextmanager
async def opened(model: ChatModel) -> AsyncIterator[ChatModel]:
    try:
        yield model
    finally:
        await model.close()


async def answers(model: ChatModel) -> list[str]:
    async with opened(model):
        return [
            (await model.reply([Message("system", f"You are {role}."), Message("user", question)], GREEDY)).text
            for role in ANSWERS
            for question in QUESTIONS
        ]


async def test_another_system_instruction_is_another_role_with_the_same_adapter(tuned: Tuned) -> None:
    expected = [answer for answer in ANSWERS.values() for _ in QUESTIONS]
    assert await answers(transformers.load(tuned.spec())) == expected
    assert set(await answers(transformers.load(tuned.spec(adapter=None)))).isdisjoint(ANSWERS.values())


async def test_the_merged_gguf_gives_the_adapters_greedy_answers(tuned: Tuned, tmp_path: Path) -> None:
    merged = merge(spec_of(tuned.base), tuned.adapter, tmp_path / "merged")
    file = export_gguf(merged, tmp_path / "merged.gguf")
    spec = ModelSpec(name="merged", backend="llama_cpp", file=file, context=2048, slots=2, threads=1, processes=1)
    expected = await answers(transformers.load(tuned.spec()))
    assert await answers(transformers.load(spec_of(merged))) == expected
    assert await answers(llama_cpp.load(spec)) == expected


def test_a_gguf_can_be_unpacked_and_exported_again(tuned: Tuned, tmp_path: Path) -> None:
    """The embedded model's weights are stored in half precision, which single precision holds exactly."""
    exported = export_gguf(tuned.base, tmp_path / "again.gguf")
    before, after = (
        {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in GGUFReader(file).tensors}
        for file in (MODEL, exported)
    )
    assert after.keys() == before.keys()
    assert all((after[name] == array).all() for name, array in before.items())


def test_an_adapter_for_another_base_model_is_refused(tuned: Tuned, tmp_path: Path) -> None:
    other = write_base(tmp_path / "other")
    spec = tuned.spec(model=str(other))
    for use in (transformers.examine, transformers.load):
        with pytest.raises(ModelMisconfigured, match=r"was tuned for another base model \(.*base\)"):
            use(spec)
    with pytest.raises(ModelMisconfigured, match="was tuned for another base model"):
        merge(spec_of(other), tuned.adapter, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_an_adapter_needs_the_template_that_it_was_tuned_with(tuned: Tuned) -> None:
    with pytest.raises(ModelMisconfigured, match=r"Set template = .rolellm. for 'base' in models\.toml"):
        transformers.examine(tuned.spec(template="own"))


def test_a_folder_without_an_adapter_is_refused(tuned: Tuned, tmp_path: Path) -> None:
    with pytest.raises(ModelMisconfigured, match="has no usable adapter in"):
        transformers.examine(tuned.spec(adapter=tmp_path))
    (tmp_path / "tuning.json").write_text("[]")
    with pytest.raises(ModelMisconfigured, match="has no usable adapter in"):
        transformers.examine(tuned.spec(adapter=tmp_path))
    shutil.copy(tuned.adapter / "tuning.json", tmp_path)
    with pytest.raises(ModelMisconfigured, match="cannot be loaded"):
        transformers.load(tuned.spec(adapter=tmp_path))


def test_a_changed_adapter_is_another_model(tuned: Tuned, tmp_path: Path) -> None:
    copied = shutil.copytree(tuned.adapter, tmp_path / "copy")
    before = tuned.spec().fingerprint()
    assert tuned.spec(adapter=copied).fingerprint() == before != tuned.spec(adapter=None).fingerprint()
    (copied / "adapter_model.safetensors").write_bytes(b"other")
    assert tuned.spec(adapter=copied).fingerprint() != before


def test_outputs_that_exist_are_kept(tuned: Tuned, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(OutputExists, match=r"already exists\. Choose another name"):
        merge(spec_of(tuned.base), tuned.adapter, tmp_path / "there")
    with pytest.raises(OutputExists, match=r"already exists\. Choose another name"):
        export_gguf(tuned.base, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"architectures": ["GPT2LMHeadModel"]}, "its architecture is GPT2LMHeadModel"),
        ({"attention_bias": True}, "it has attention_bias"),
        ({"rope_parameters": {"rope_type": "llama3", "rope_theta": 1.0}}, "its rotary embedding is llama3"),
    ],
)
def test_models_that_would_be_exported_wrongly_are_refused(tuned, tmp_path, change, reason) -> None:
    folder = shutil.copytree(tuned.base, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | change), "utf-8")
    with pytest.raises(Unexportable, match=reason):
        export_gguf(folder, tmp_path / "model.gguf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


def test_a_tokenizer_that_llama_cpp_cuts_otherwise_is_refused(tuned: Tuned, tmp_path: Path) -> None:
    folder = shutil.copytree(tuned.base, tmp_path / "model")
    source = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    source["normalizer"] = {"type": "Lowercase"}
    (folder / "tokenizer.json").write_text(json.dumps(source), "utf-8")
    with pytest.raises(Unexportable, match=r"llama\.cpp splits 'Thou art too noble"):
        export_gguf(folder, tmp_path / "model.gguf")
    assert not (tmp_path / "model.gguf").exists()
