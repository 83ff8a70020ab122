"""Which models of models.toml can be guards."""

from pathlib import Path
from typing import Any

import pytest

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.scripted import ScriptedModel
from dialogue.guards.llama_guard import LlamaGuard
from dialogue.guards.opening import check_guard, open_guard
from dialogue.model_config import ModelSpec
from dialogue.models_file import parse_models

TINY = Path(__file__).parents[3] / "tiny" / "tiny.gguf"


def spec(**settings: Any) -> ModelSpec:
    return ModelSpec.model_validate({"name": "checker", "backend": "scripted", "replies": ("safe",)} | settings)


def test_a_model_without_the_table_is_no_guard() -> None:
    with pytest.raises(ModelMisconfigured, match=r"Model 'checker' is not a guard\. Choose a model with a table"):
        open_guard(spec(), lambda _spec: ScriptedModel(["safe"]))


def test_a_guard_plays_no_speaker() -> None:
    guard = spec(guard={"kind": "llama-guard-3"})
    assert (guard.inquirer, guard.responder) == (None, None)
    assert isinstance(open_guard(guard, lambda _spec: ScriptedModel(["safe"])), LlamaGuard)


def test_a_chat_model_is_refused_as_a_guard_unless_a_guards_template_is_set() -> None:
    chat = spec(backend="llama_cpp", file=TINY, guard={"kind": "llama-guard-3"})
    with pytest.raises(
        ModelMisconfigured, match=r'does not ask whether a message is safe\. Set template = "llama-guard-3"'
    ):
        check_guard(chat)
    check_guard(chat.model_copy(update={"template": "llama-guard-3"}))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('backend = "scripted"\nguard = { kind = "gatekeeper" }', "guard.kind"),
        ('backend = "scripted"\nguard = { kind = "moderation" }', "the moderation endpoint needs backend"),
        ('backend = "scripted"\nguard = { knid = "moderation" }', "perhaps you meant 'kind'"),
        ('backend = "scripted"\nguard = { kind = "llama-guard-2" }\nresponder = {}', "a guard plays neither speaker"),
    ],
)
def test_a_mistake_in_the_table_is_told_in_a_sentence(entry: str, words: str) -> None:
    mistakes = parse_models(f"[models.checker]\n{entry}\n", Path("models.toml")).mistakes
    assert words in mistakes["checker"]
