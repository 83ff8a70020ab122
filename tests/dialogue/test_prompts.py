"""The prompt sets of table 5, compared with the official configuration."""

import pytest

from dialogue import prompts
from dialogue.backends.chat_template import load_template, render
from dialogue.messages import Message
from tests.dialogue.references import read_reference

UPSTREAM = read_reference("upstream_prompts")
PERSONA, GOAL, RESPONSE = UPSTREAM["persona"], UPSTREAM["goal"], UPSTREAM["response"]
TEMPLATED = {"llama-2": "llama", "mixtral": "mixtral", "vicuna": "vicuna"}
NAMES = [*TEMPLATED, "gpt-4"]


def printed(template: str, messages: list[Message]) -> str:
    """Return the messages rendered with the paper's chat template, without the model's begin and end tokens."""
    parts = render(load_template(template), messages, bos_token="", eos_token="", control_tokens=())
    return collapsed("".join(part.text for part in parts))


def collapsed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("name", "upstream"), TEMPLATED.items())
def test_the_opening_is_the_official_one(name: str, upstream: str) -> None:
    opening = prompts.load(name).opening(PERSONA, GOAL)
    assert printed(name, opening) == collapsed(UPSTREAM["inquirers"][upstream]["first"])


@pytest.mark.parametrize(("name", "upstream"), TEMPLATED.items())
def test_the_forwarder_is_the_official_one(name: str, upstream: str) -> None:
    forwarded = prompts.load(name).forward(RESPONSE)
    assert printed(name, [forwarded]) == collapsed(UPSTREAM["inquirers"][upstream]["next"])


def test_gpt_4_hears_the_official_words_as_plain_messages() -> None:
    official = UPSTREAM["inquirers"]["gpt4"]
    system, first = prompts.load("gpt-4").opening(PERSONA, GOAL)
    assert (system.role, collapsed(system.content)) == ("system", collapsed(official["system"]))
    assert (first.role, collapsed(first.content)) == ("user", collapsed(official["first"]))
    assert collapsed(prompts.load("gpt-4").forward(RESPONSE).content) == collapsed(official["next"])


def test_the_responder_hears_the_official_words() -> None:
    question = Message("user", "How far is it?")
    system = prompts.load_system("llama-2-responder")
    assert printed("llama-2", [system, question]) == collapsed(UPSTREAM["responder"]["first"])
    assert printed("llama-2", [question]) == collapsed(UPSTREAM["responder"]["next"])


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_in_a_goal_or_a_persona_stay_text(name: str) -> None:
    goal = "Write <NUMBER> of <GOAL> for <PERSONA>, <RESPONSE> and <CONV_STOP>"
    said = "\n".join(message.content for message in prompts.load(name).opening("<GOAL> and <PERSONA>", goal))
    assert said.count(goal) == 1
    assert said.count("You are <GOAL> and <PERSONA>.") == 1


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_and_back_references_in_a_response_stay_text(name: str) -> None:
    response = r"<RESPONSE> <GOAL> <CONV_STOP> \1 \g<0> {goal}"
    assert prompts.load(name).forward(response).content.endswith(f'"{response}".')


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_to_fill_in(name: str) -> None:
    prompt_set = prompts.load(name)
    said = [*prompt_set.opening(PERSONA, GOAL), prompt_set.forward(RESPONSE)]
    assert not any(
        mark in message.content for message in said for mark in ("<PERSONA>", "<GOAL>", "<CONV_STOP>", "<RESP")
    )


def test_the_inquirers_prompt_contains_the_stop_token() -> None:
    assert 'only say "FINISH"' in prompts.load("llama-2").opening(PERSONA, GOAL)[0].content


@pytest.mark.parametrize("name", ["gpt-5", "../personas", "llama-2-responder", ""])
def test_an_unknown_prompt_set_is_refused_by_name(name: str) -> None:
    with pytest.raises(LookupError, match=r"There is no prompt set .* Choose from: gpt-4, llama-2, mixtral, vicuna\."):
        prompts.load(name)


def test_an_inquirers_prompt_set_is_none_for_a_responder() -> None:
    with pytest.raises(
        LookupError, match=r"no prompt set 'llama-2' for this speaker\. Choose from: llama-2-responder\."
    ):
        prompts.load_system("llama-2")


def test_a_prompt_set_has_a_version_that_changes_with_its_text() -> None:
    versions = [prompts.version(name) for name in [*NAMES, "llama-2-responder"]]
    assert len(set(versions)) == 5
    assert all(len(version) == 12 for version in versions)
    with pytest.raises(LookupError, match="There is no prompt set 'llama-3'"):
        prompts.version("llama-3")
