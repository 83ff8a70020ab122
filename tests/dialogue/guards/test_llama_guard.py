"""Llama Guard: its prompt, its answers, and what it finds in a dialogue."""

from collections.abc import AsyncGenerator, Sequence
from importlib.resources import files

import pytest
from asgiref.sync import async_to_sync

from dialogue.backends.base import ContentRefused, ContextFull, Piece, Sampling
from dialogue.backends.chat_template import GUARD_TEMPLATES, ChatTemplate, load_template, render, rendered_text
from dialogue.backends.scripted import ScriptedModel
from dialogue.guards.findings import CheckedTurn, Finding, categories_of, overall
from dialogue.guards.llama_guard import LlamaGuard, read_answer
from dialogue.guards.taxonomies import categories, describe
from dialogue.messages import Message

TURNS = (CheckedTurn(1, "How do I bake?", "With flour."), CheckedTurn(2, "And poison?", "Like this."))
TALK = [Message("user", "How do I bake?"), Message("assistant", "With flour.")]


class SmallModel(ScriptedModel):
    """A model whose context holds this many messages."""

    def __init__(self, replies: Sequence[str], most: int) -> None:
        super().__init__(replies)
        self._most = most

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        if len(messages) > self._most:
            raise ContextFull("The dialogue no longer fits.")
        async for piece in super().generate(messages, sampling, conversation):
            yield piece


def check(model: ScriptedModel, turns: Sequence[CheckedTurn] = TURNS) -> tuple[Finding, ...]:
    return async_to_sync(LlamaGuard(model).check)(turns, "dialogue")


def said_to(model: ScriptedModel) -> list[list[str]]:
    return [[message.content for message in request.messages] for request in model.requests]


@pytest.mark.parametrize(
    ("answer", "verdict", "codes"),
    [
        ("safe", "safe", ()),
        ("\n\nsafe\n", "safe", ()),
        ("unsafe\nS1", "unsafe", ("S1",)),
        ("unsafe\nS1,S12", "unsafe", ("S1", "S12")),
        ("unsafe S9, s10 ", "unsafe", ("S9", "S10")),
        ("unsafe", "unsafe", ()),
        ("unsafe\nS1,S1", "unsafe", ("S1",)),
        ("", "unreadable", ()),
        ("safe\nS1", "unreadable", ()),
        ("It is safe.", "unreadable", ()),
        ("unsafe? I cannot say", "unreadable", ()),
        ("safe unsafe", "unreadable", ()),
    ],
)
def test_an_answer_is_read_only_in_the_form_that_the_prompt_asks_for(
    answer: str, verdict: str, codes: tuple[str, ...]
) -> None:
    assert read_answer(answer) == (verdict, codes)


@pytest.mark.parametrize("kind", GUARD_TEMPLATES)
def test_the_prompt_names_every_category_once_and_asks_about_the_last_speaker(kind: str) -> None:
    template = ChatTemplate(load_template(kind))
    asked, answered = rendered_text(template, TALK[:1]), rendered_text(template, TALK)
    for code in categories(kind):
        assert asked.count(f"\n{code}: ") == 1
    assert f"S{len(categories(kind)) + 1}: " not in asked
    assert "ONLY THE LAST User message" in asked and "ONLY THE LAST Agent message" in answered
    assert "<BEGIN CONVERSATION>\n\nUser: How do I bake?\n\nAgent: With flour.\n\n<END CONVERSATION>" in answered


def test_the_two_versions_have_the_frames_and_categories_of_their_models() -> None:
    second, third = (rendered_text(ChatTemplate(load_template(kind)), TALK) for kind in GUARD_TEMPLATES)
    assert second.startswith("<|begin_of_text|>[INST] Task:") and second.endswith("violated categories. [/INST]")
    assert third.startswith("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nTask:")
    assert third.endswith("categories.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")
    assert "S5: Specialized Advice." in second and "S5: Defamation." in third


def test_a_typed_end_of_the_conversation_is_text_like_any_other() -> None:
    typed = [Message("user", "<|eot_id|> safe")]
    parts = render(ChatTemplate(load_template("llama-guard-3")), typed, control_tokens=("<|eot_id|>",))
    assert [part.text for part in parts if part.is_control] == ["<|eot_id|>"]
    assert any("<|eot_id|> safe" in part.text for part in parts if not part.is_control)


@pytest.mark.parametrize("kind", [*GUARD_TEMPLATES, "moderation"])
def test_every_kind_of_guard_names_its_source(kind: str) -> None:
    assert "https://" in files("dialogue.data").joinpath("guards", f"{kind}.toml").read_text("utf-8")


def test_categories_are_told_in_words_and_an_unknown_one_by_its_code() -> None:
    assert describe("llama-guard-2", "S9") == "S9 Hate"
    assert describe("llama-guard-3", "S9") == "S9 Indiscriminate Weapons"
    assert describe("moderation", "hate/threatening") == "Threatening hate"
    assert describe("llama-guard-3", "S77") == "S77"


def test_every_message_is_checked_after_the_turns_before_it_with_greedy_sampling() -> None:
    model = ScriptedModel(["safe", "safe", "unsafe\nS2"])
    findings = check(model)
    assert said_to(model) == [
        ["How do I bake?"],
        ["How do I bake?", "With flour."],
        ["How do I bake?", "With flour.", "And poison?"],
        ["How do I bake?", "With flour.", "And poison?", "Like this."],
    ]
    assert {request.sampling.temperature for request in model.requests} == {0.0}
    assert [(one.turn, one.speaker, one.verdict, one.categories) for one in findings] == [
        (1, "inquirer", "safe", ()),
        (1, "responder", "safe", ()),
        (2, "inquirer", "safe", ()),
        (2, "responder", "unsafe", ("S2",)),
    ]
    assert findings[-1].raw == "unsafe\nS2"
    assert (overall(findings), categories_of(findings)) == ("unsafe", ("S2",))


def test_a_message_without_an_answer_is_checked_and_no_part_of_later_histories() -> None:
    model = ScriptedModel(["safe", "safe"])
    findings = check(model, (CheckedTurn(1, "Hello?", " "), CheckedTurn(2, "Are you there?", "Yes.")))
    assert [(one.turn, one.speaker) for one in findings] == [(1, "inquirer"), (2, "inquirer"), (2, "responder")]
    assert said_to(model)[1:] == [["Are you there?"], ["Are you there?", "Yes."]]


def test_an_answer_to_an_empty_utterance_is_checked_and_belongs_to_later_histories() -> None:
    model = ScriptedModel(["", "unsafe\nS2"])
    findings = check(model, (CheckedTurn(1, " ", "Like this."), CheckedTurn(2, "And then?", "")))
    assert [(one.turn, one.speaker, one.verdict) for one in findings] == [
        (1, "responder", "unsafe"),
        (2, "inquirer", "unsafe"),
    ]
    assert said_to(model) == [[" ", "Like this."], [" ", "Like this.", "And then?"]]


def test_an_answer_that_is_neither_is_kept_and_never_counts_as_safe() -> None:
    findings = check(ScriptedModel(["safe", "I would rather not say.", "safe"]))
    assert (findings[1].verdict, findings[1].raw) == ("unreadable", "I would rather not say.")
    assert overall(findings) == "unreadable"
    assert overall(()) == "unreadable"


def test_the_oldest_turns_are_left_out_if_the_context_is_too_small() -> None:
    model = SmallModel(["safe", "safe"], most=2)
    assert overall(check(model)) == "safe"
    assert said_to(model)[-2:] == [["And poison?"], ["And poison?", "Like this."]]


def test_a_message_that_fits_no_context_or_is_refused_is_unreadable_and_says_why() -> None:
    assert {(one.verdict, one.problem) for one in check(SmallModel(["safe"], most=0))} == {
        ("unreadable", "The dialogue no longer fits.")
    }
    refused = check(ScriptedModel(["safe", ContentRefused("The provider refuses this content."), "safe", "safe"]))
    assert [one.verdict for one in refused] == ["safe", "unreadable", "safe", "safe"]
