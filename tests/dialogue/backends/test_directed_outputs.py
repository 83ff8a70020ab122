"""Outputs as a prompt set asks for them: by a schema, in the user's turn, until the model ends the conversation itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogue.backends.base import ModelMisconfigured, Sampling
from dialogue.backends.chat_template import ChatTemplate, load_template, render
from dialogue.backends.fitting import fit
from dialogue.backends.llama_cpp import LlamaCppModel
from dialogue.backends.openai import OpenAIModel
from dialogue.backends.scripted import ScriptedModel
from dialogue.backends.template_environment import TemplateMisfit
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.prompts import PromptSet, load, parse
from dialogue.reading import ANSWER_SCHEMA, read_answer
from tests.dialogue.backends.llama_models import described, running
from tests.dialogue.backends.servers import Failure, chat_server

ASK = [Message("system", "You are a person."), Message("user", "What will you ask?")]
TALK = [Message("user", "What is a bear?"), Message("assistant", "An animal.")]
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)
TINY = Path(__file__).parents[3] / "tiny" / "tiny.gguf"


@pytest.fixture(scope="module")
def tiny() -> Iterator[LlamaCppModel]:
    with running(described(TINY, slots=2)) as model:
        yield model


async def test_a_grammar_makes_a_model_that_knows_no_json_write_it(tiny: LlamaCppModel) -> None:
    """One output in three is complete within the limit; the first is enough."""
    for seed in range(8):
        reply = await tiny.reply(ASK, Sampling(max_tokens=300, temperature=0.8, seed=seed, schema=ANSWER_SCHEMA))
        if reply.stop_reason == "stop":
            break
    assert reply.stop_reason == "stop"
    assert read_answer(reply.text)
    assert reply.text.rstrip().endswith("}")


async def test_a_penalty_on_the_prompt_and_a_grammar_go_together(tiny: LlamaCppModel) -> None:
    reply = await tiny.reply(ASK, Sampling(max_tokens=20, seed=1, schema=ANSWER_SCHEMA, repeat_penalty=1.1))
    assert reply.text.startswith("{")


async def test_a_models_own_token_ends_the_conversation(tiny: LlamaCppModel) -> None:
    reply = await tiny.reply(ASK, Sampling(max_tokens=200, seed=1, temperature=0.8))
    assert reply.stop_reason == "stop"
    again = await tiny.reply(ASK, Sampling(max_tokens=200, seed=1, temperature=0.8, end_token="</s>"))
    assert (again.stop_reason, again.text) == ("ended", reply.text)


async def test_a_model_can_write_the_users_next_message(tiny: LlamaCppModel) -> None:
    reply = await tiny.reply(TALK, Sampling(max_tokens=8, seed=1, role="user"))
    assert reply.text
    prompt = tiny._vocabulary.encode(load_template("llama-2"), TALK, role="user")
    assert prompt[-1] == tiny._vocabulary.controls["[INST]"] or tiny._vocabulary.piece(prompt[-1]).isspace()


def rendered(source: str, messages: list[Message]) -> str:
    parts = render(ChatTemplate(source, "<s>", "</s>"), messages, control_tokens=(), role="user")
    return "".join(part.text for part in parts)


def test_the_prompt_ends_where_the_user_begins_to_write() -> None:
    said = (
        "<|im_start|>user\nWhat is a bear?<|im_end|>\n<|im_start|>assistant\nAn animal.<|im_end|>\n<|im_start|>user\n"
    )
    assert rendered(CHATML, TALK) == said
    assert rendered(load_template("llama-2"), TALK) == "<s>[INST] What is a bear? [/INST] An animal. </s><s>[INST] "
    assert rendered(CHATML, ASK[:1]) == "<|im_start|>system\nYou are a person.<|im_end|>\n<|im_start|>user\n"


def test_a_template_that_drops_the_last_user_message_cannot_speak_as_one() -> None:
    source = "{% for m in messages %}{% if not loop.last %}{{ m.role }}: {{ m.content }}{% endif %}{% endfor %}"
    with pytest.raises(TemplateMisfit, match="leaves out the user's message"):
        rendered(source, TALK)


async def test_a_script_counts_the_answers_of_whom_it_speaks_for() -> None:
    model = ScriptedModel(["first", "second<bye>"])
    reply = await model.reply(TALK, Sampling(role="user", end_token="<bye>"))
    assert (reply.text, reply.stop_reason) == ("second", "ended")


def inquirer(backend: str) -> ModelSpec:
    return ModelSpec.model_validate({"name": "m", "backend": backend, "model": "m", "file": "m.gguf"})


@pytest.mark.parametrize(
    ("backend", "prompts", "sentence"),
    [
        ("transformers", "json", "the backend 'transformers' cannot enforce its schema"),
        ("openai", "user-model", "a model that writes the user's messages, which no API offers"),
    ],
)
def test_what_a_backend_cannot_do_is_refused_before_a_run(backend: str, prompts: str, sentence: str) -> None:
    with pytest.raises(ModelMisconfigured, match=sentence):
        fit(None, inquirer(backend), load(prompts))


def test_an_own_token_is_refused_for_an_api() -> None:
    text = 'opening = [{ role = "user", content = "<PERSONA> <GOAL>" }]\n[stop]\nrule = "own"\ntoken = "<|bye|>"\n'
    prompts = parse(text)
    assert isinstance(prompts, PromptSet)
    with pytest.raises(ModelMisconfigured, match="ends with a control token"):
        fit(None, inquirer("openai"), prompts)


def test_a_set_may_place_the_system_text_whatever_the_model_says() -> None:
    prompts = load("plain").model_copy(update={"system": "first_user"})
    assert fit(ChatTemplate(CHATML), inquirer("llama_cpp"), prompts).system == "first_user"
    assert fit(ChatTemplate(CHATML), inquirer("llama_cpp"), load("plain")).system == "message"


def api(url: str) -> OpenAIModel:
    return OpenAIModel(ModelSpec(name="api", backend="openai", model="m", base_url=url))


async def test_a_server_is_asked_to_follow_the_schema() -> None:
    async with chat_server() as server:
        await api(server.url).reply(ASK, Sampling(schema=ANSWER_SCHEMA))
        await api(server.url).reply(ASK, Sampling())
    described = server.requests[0]["response_format"]["json_schema"]
    assert (described["strict"], described["schema"]) == (True, json.loads(ANSWER_SCHEMA))
    assert "response_format" not in server.requests[1]


async def test_a_server_that_refuses_the_schema_is_named_and_never_asked_without_it() -> None:
    refusal = Failure(400, message="response_format is not supported by this model")
    async with chat_server(refuses={"response_format": refusal}) as server:
        with pytest.raises(ModelMisconfigured, match=r"cannot make the outputs of 'm' follow a JSON schema.*Choose"):
            await api(server.url).reply(ASK, Sampling(schema=ANSWER_SCHEMA))
    assert all("response_format" in request for request in server.requests)
