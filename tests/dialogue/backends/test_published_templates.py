"""The chat templates of 70 published models, as llama.cpp carries them: rendered as the reference renderer does, or refused.

`make test` takes them from the source of llama-cpp-python. They are not copied here, because each has its model's licence.
"""

import sys
from pathlib import Path

import pytest

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate
from dialogue.backends.fitting import Fit, fit
from dialogue.model_config import ModelSpec
from dialogue.prompts import AnyPrompts, PromptSet, load, load_responder
from dialogue.shapes import histories
from dialogue.system_text import place_system
from tests.dialogue.backends.rendering import ours, theirs
from tests.services.binaries import give_up

FOLDER = Path(sys.prefix) / "chat_templates"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jinja"))
REFUSED = {
    "CohereForAI-c4ai-command-r-plus-tool_use": "is only for calling tools",
    "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use": "is only for calling tools",
    "NousResearch-Hermes-3-Llama-3.1-8B-tool_use": "is only for calling tools",
    "fireworks-ai-llama-3-firefunction-v2": "refuses these messages ('functions' is undefined)",
}
WITHOUT_SYSTEM_ROLE = {"google-gemma-2-2b-it"}
PARTS: list[AnyPrompts] = [
    *(load(name) for name in ("llama-2", "mixtral", "vicuna", "plain")),
    load_responder("llama-2-responder"),
]


def read(name: str) -> str:
    return (FOLDER / f"{name}.jinja").read_text("utf-8")


def fitted(name: str, prompts: AnyPrompts) -> Fit:
    spec = ModelSpec(name=name, backend="llama_cpp", file=Path("m.gguf"))
    return fit(ChatTemplate(read(name), "<s>", "</s>"), spec, prompts)


def test_there_are_seventy() -> None:
    if not NAMES:
        give_up("the set of published chat templates, for which `make test` needs the package index, is not installed")
    assert len(NAMES) >= 70


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_a_published_template_renders_every_history_as_in_transformers(name: str) -> None:
    source = read(name)
    for prompts in PARTS:
        way = fitted(name, prompts).system
        has_system = not isinstance(prompts, PromptSet) or prompts.needs_system
        assert way == ("first_user" if has_system and name in WITHOUT_SYSTEM_ROLE else "message")
        for history in histories(prompts):
            messages = place_system(history, way)
            assert ours(source, messages) == theirs(source, messages)


@pytest.mark.parametrize("name", [name for name in NAMES if name in REFUSED])
def test_a_published_template_that_cannot_be_used_is_refused_with_its_fault(name: str) -> None:
    for prompts in PARTS:
        with pytest.raises(ModelMisconfigured) as caught:
            fitted(name, prompts)
        assert f"Model '{name}' cannot be the {prompts.speaker}: its chat template {REFUSED[name]}" in str(caught.value)
        with pytest.raises(Exception, match=r"NoneType|functions"):
            theirs(read(name), histories(prompts)[0])
