"""Prompts as the paper prints them, and the messages of RoleGPT made of them."""

import json

import pytest

from dialogue.messages import Message
from rolellm.elicitation import ELICITATIONS, Character, elicit
from rolellm.pairs import Pair
from rolellm.prompts import fill, load
from tests.rolellm.references import DATA

PUBLISHED = [
    prompt
    for prompt in json.loads((DATA / "prompts.json").read_text("utf-8"))["prompts"]
    if any("content" in message for message in prompt["messages"])
]
JACK = Character("Jack Sparrow", 'You are a pirate. Your catchphrase is: "Savvy?"')
LI_BAI = Character("李白", "你是诗人", "zh")
PAIRS = [Pair(0, "Who are you?", "Captain {Jack}."), Pair(1, "Where?", "At sea.")]


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda prompt: f"{prompt['key']}.{prompt['language']}")
def test_each_prompt_is_word_for_word_the_published_one(published) -> None:
    prompt = load(published["key"], published["language"])
    messages = [message for message in published["messages"] if "content" in message]
    assert [{"role": each.role, "content": each.content} for each in prompt.messages] == messages
    assert prompt.source == published["source"]
    assert prompt.notes == published.get("notes", "")


def test_an_unknown_prompt_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"no prompt 'role_selection_list' in the language zh\. Choose from: audit"):
        load("role_selection_list", "zh")


@pytest.mark.parametrize("way", ELICITATIONS)
@pytest.mark.parametrize("character", [JACK, LI_BAI])
def test_every_way_begins_with_the_same_system_message_and_ends_with_the_instruction(way, character) -> None:
    messages = elicit(way, character, " Where is your ship?\n", PAIRS)
    assert messages[0] == elicit("zero-shot", character, "x")[0]
    assert messages[0].role == "system"
    assert character.description in messages[0].content
    assert messages[-1].role == "user"
    assert messages[-1].content.endswith("Where is your ship?")


def test_zero_shot_sends_the_bare_instruction() -> None:
    assert elicit("zero-shot", JACK, "Why?", PAIRS)[1:] == [Message("user", "Why?")]


def test_few_shot_puts_the_pairs_into_the_last_message() -> None:
    _, last = elicit("few-shot", JACK, "Why?", PAIRS)
    assert last.content == (
        "Who are you?\nCaptain {Jack}.\nWhere?\nAt sea.\nThe above are demonstrations of your conversation as Jack Sparrow. "
        "Now, let's switch topics, but make sure to maintain your speaking style!\nWhy?"
    )


def test_dialogue_engineering_lets_the_pairs_precede_in_their_order() -> None:
    assert elicit("dialogue", JACK, "Why?", PAIRS)[1:] == [
        Message("user", "Who are you?"),
        Message("assistant", "Captain {Jack}."),
        Message("user", "Where?"),
        Message("assistant", "At sea."),
        Message("user", "Why?"),
    ]


@pytest.mark.parametrize("way", ["few-shot", "dialogue"])
def test_without_pairs_every_way_is_zero_shot(way) -> None:
    assert elicit(way, JACK, "Why?") == elicit("zero-shot", JACK, "Why?")


def test_with_a_user_name_the_instruction_is_wrapped_as_printed() -> None:
    assert elicit("dialogue", JACK, "Why?", user_name="Will")[-1].content == 'Will: "Why?"'
    assert elicit("zero-shot", LI_BAI, "为什么？", user_name="杜甫")[-1].content == "杜甫：“为什么？”"


def test_the_missing_character_of_the_chinese_print_is_there_unless_the_print_is_asked_for() -> None:
    assert "说话不要啰嗦" in elicit("zero-shot", LI_BAI, "为什么？")[0].content
    assert "说话不要嗦" in elicit("zero-shot", LI_BAI, "为什么？", is_as_printed=True)[0].content


def test_braces_in_a_value_stay_text_and_a_missing_value_is_an_error() -> None:
    template = [Message("user", 'Ask {role_name}: {"model": <name>}')]
    assert fill(template, {"role_name": "{script}"})[0].content == 'Ask {script}: {"model": <name>}'
    with pytest.raises(KeyError):
        fill(template, {})
