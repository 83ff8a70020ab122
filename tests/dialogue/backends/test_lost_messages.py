"""A template that loses a message is detected wherever it comes from, even on later turns, and the error names the model."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from benchmarks.random_llama import Shape, random_weights, write_gguf
from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured, Sampling
from dialogue.backends.fitting import Fit
from dialogue.messages import Message
from dialogue.model_config import InquirerTable, ModelSpec, ResponderTable
from tests.dialogue.backends.random_folders import write_folder

SHAPE = Shape(hidden=8, layers=1, heads=1, feed_forward=8)
FORGETFUL = "{{ bos_token }}{% for m in messages if m.role != 'assistant' %}{{ m.content }} {% endfor %}"
NO_SYSTEM = "{% for m in messages if m.role != 'system' %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>"
LAST_TEN = "{% for m in messages[-10:] %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>"
ENGINE: dict[str, Any] = {"threads": 1, "processes": 1, "flash_attention": False}
"""An engine for which nothing is measured."""
SHORT = Sampling(max_tokens=3)
SPEAKERS: dict[str, Any] = {
    "inquirer": InquirerTable(prompts="llama-2"),
    "responder": ResponderTable(prompts="llama-2-responder"),
}

Write = Callable[..., ModelSpec]


def write_file(folder: Path, template: str, **settings: Any) -> ModelSpec:
    file = write_gguf(folder / "m.gguf", SHAPE, random_weights(SHAPE), template=template)
    return ModelSpec(name="odd", backend="llama_cpp", file=file, context=512, slots=1, **ENGINE | SPEAKERS | settings)


def write_model_folder(folder: Path, template: str, **settings: Any) -> ModelSpec:
    """Write a folder as transformers saves it."""
    model = write_folder(folder / "m", SHAPE)
    (model / "chat_template.jinja").write_text(template, "utf-8")
    return ModelSpec(name="odd", backend="transformers", model=str(model), context=512, slots=1, **SPEAKERS | settings)


@pytest.fixture(params=[write_file, write_model_folder], ids=["llama_cpp", "transformers"])
def write(request: pytest.FixtureRequest) -> Write:
    found: Write = request.param
    return found


@pytest_asyncio.fixture
async def forgetful(write: Write, tmp_path: Path) -> AsyncIterator[ChatModel]:
    model = registry.open_model(write(tmp_path, FORGETFUL))
    yield model
    await registry.close_models()


async def test_on_a_later_turn_too(forgetful: ChatModel) -> None:
    question, answer = Message("user", "baba"), Message("assistant", "bebe")
    assert (await forgetful.reply([question], SHORT)).completion_tokens == 3
    with pytest.raises(ModelMisconfigured) as caught:
        await forgetful.reply([question, answer, question], SHORT)
    said = str(caught.value)
    assert "Model 'odd' cannot answer: its chat template leaves out the assistant's message (number 2 of 3)." in said
    assert "manage.py models odd" in said


def test_examining_names_the_model_and_what_is_lost(write: Write, tmp_path: Path) -> None:
    health = registry.examine(write(tmp_path, FORGETFUL))
    assert not health.is_ok
    assert "'odd' cannot be the inquirer: its chat template leaves out the assistant's message" in health.sentence


def test_examining_finds_what_is_lost_only_late_in_a_dialogue(write: Write, tmp_path: Path) -> None:
    health = registry.examine(write(tmp_path, LAST_TEN))
    assert not health.is_ok
    assert "leaves out the user's message (number 1 of 23)" in health.sentence


def test_a_model_is_read_by_the_way_that_its_template_takes(write: Write, tmp_path: Path) -> None:
    spec = write(tmp_path, NO_SYSTEM)
    assert registry.examine(spec).is_ok
    marks = ("<|user|>", "<|assistant|>")
    assert [registry.fit_speaker(spec, speaker) for speaker in ("inquirer", "responder")] == [
        Fit("first_user", marks)
    ] * 2


def test_a_file_that_changes_is_read_again(write: Write, tmp_path: Path) -> None:
    assert registry.fit_speaker(write(tmp_path, NO_SYSTEM), "responder").system == "first_user"
    with_system = NO_SYSTEM.replace(" if m.role != 'system'", "")
    assert registry.fit_speaker(write(tmp_path, with_system), "responder").system == "message"


def test_a_table_of_templates_and_tokens_is_read_as_transformers_writes_it(tmp_path: Path) -> None:
    spec = write_model_folder(tmp_path, "")
    folder = Path(spec.model)
    (folder / "chat_template.jinja").unlink()
    settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    settings["chat_template"] = [
        {"name": "tool_use", "template": "{{ tools }}"},
        {"name": "default", "template": "{% for m in messages %}{{ eos_token }}USER:{{ m.content }}{% endfor %}"},
    ]
    settings["eos_token"] = {"content": "<|over|>", "__type": "AddedToken"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    assert registry.fit_speaker(spec, "responder") == Fit("message", ("<|over|>",))


def test_special_tokens_are_read_as_transformers_writes_them(tmp_path: Path) -> None:
    spec = write_model_folder(tmp_path, "")
    file = Path(spec.model) / "tokenizer_config.json"
    settings = json.loads(file.read_text("utf-8"))
    settings |= {"add_bos_token": True, "cls_token": "<cls>", "sep_token": {"content": "<sep>"}, "pad_token": None}
    settings |= {"chat_template": "{{ cls_token }}"}
    file.write_text(json.dumps(settings), "utf-8")
    (file.parent / "chat_template.jinja").unlink()
    template = registry.find_template(spec)
    assert template is not None
    assert dict(template.others).items() >= {"cls_token": "<cls>", "sep_token": "<sep>"}.items()
    assert not {"add_bos_token", "pad_token", "bos_token"} & dict(template.others).keys()


def test_a_hub_model_is_described_by_models_toml() -> None:
    spec = ModelSpec(name="odd", backend="transformers", model="nobody/nothing", **SPEAKERS)
    assert registry.fit_speaker(spec, "responder").system == "message"
    assert registry.fit_speaker(spec.model_copy(update={"system": "first_user"}), "responder").system == "first_user"
