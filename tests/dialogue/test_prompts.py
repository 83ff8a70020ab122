"""The prompt sets of table 5, compared with the official configuration."""

import re

import pytest
from pydantic import ValidationError

from dialogue import prompts
from dialogue.backends.chat_template import ChatTemplate, load_template, render
from dialogue.messages import Message
from tests.dialogue.references import read_reference

UPSTREAM = read_reference("upstream_prompts")
PERSONA, GOAL, RESPONSE = UPSTREAM["persona"], UPSTREAM["goal"], UPSTREAM["response"]
TEMPLATED = {"llama-2": "llama", "mixtral": "mixtral", "vicuna": "vicuna"}
NAMES = [*TEMPLATED, "gpt-4"]


def printed(template: str, messages: list[Message]) -> str:
    """Return the messages rendered with the paper's chat template, without the model's begin and end tokens."""
    parts = render(ChatTemplate(load_template(template)), messages, control_tokens=())
    return collapsed("".join(part.text for part in parts))


def collapsed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("name", "upstream"), TEMPLATED.items())
def test_the_opening_is_the_official_one(name: str, upstream: str) -> None:
    opening = prompts.load(name).open(PERSONA, GOAL)
    assert printed(name, opening) == collapsed(UPSTREAM["inquirers"][upstream]["first"])


@pytest.mark.parametrize(("name", "upstream"), TEMPLATED.items())
def test_the_forwarder_is_the_official_one(name: str, upstream: str) -> None:
    forwarded = prompts.load(name).forwarded(RESPONSE)
    assert printed(name, [forwarded]) == collapsed(UPSTREAM["inquirers"][upstream]["next"])


def test_gpt_4_hears_the_official_words_as_plain_messages() -> None:
    official = UPSTREAM["inquirers"]["gpt4"]
    system, first = prompts.load("gpt-4").open(PERSONA, GOAL)
    assert (system.role, collapsed(system.content)) == ("system", collapsed(official["system"]))
    assert (first.role, collapsed(first.content)) == ("user", collapsed(official["first"]))
    assert collapsed(prompts.load("gpt-4").forwarded(RESPONSE).content) == collapsed(official["next"])


def test_the_responder_hears_the_official_words() -> None:
    question = Message("user", "How far is it?")
    system = Message("system", prompts.load_responder("llama-2-responder").system)
    assert printed("llama-2", [system, question]) == collapsed(UPSTREAM["responder"]["first"])
    assert printed("llama-2", [question]) == collapsed(UPSTREAM["responder"]["next"])


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_in_a_goal_or_a_persona_stay_text(name: str) -> None:
    goal = "Write <NUMBER> of <GOAL> for <PERSONA>, <RESPONSE> and <CONV_STOP>"
    said = "\n".join(message.content for message in prompts.load(name).open("<GOAL> and <PERSONA>", goal))
    assert said.count(goal) == 1
    assert said.count("You are <GOAL> and <PERSONA>.") == 1


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_and_back_references_in_a_response_stay_text(name: str) -> None:
    response = r"<RESPONSE> <GOAL> <CONV_STOP> \1 \g<0> {goal}"
    assert prompts.load(name).forwarded(response).content.endswith(f'"{response}".')


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_to_fill_in(name: str) -> None:
    prompt_set = prompts.load(name)
    said = [*prompt_set.open(PERSONA, GOAL), prompt_set.forwarded(RESPONSE)]
    assert not any(
        mark in message.content for message in said for mark in ("<PERSONA>", "<GOAL>", "<CONV_STOP>", "<RESP")
    )


def test_the_inquirers_prompt_contains_the_stop_token() -> None:
    assert 'only say "FINISH"' in prompts.load("llama-2").open(PERSONA, GOAL)[0].content


@pytest.mark.parametrize("name", ["gpt-5", "../personas", "llama-2-responder", ""])
def test_an_unknown_prompt_set_is_refused_by_name(name: str) -> None:
    with pytest.raises(LookupError, match=r"There is no prompt set .* Choose from: gpt-4, json, llama-2, mixtral, "):
        prompts.load(name)


def test_an_inquirers_prompt_set_is_none_for_a_responder() -> None:
    with pytest.raises(
        LookupError, match=r"no prompt set 'llama-2' for this responder\. Choose from: llama-2-responder\."
    ):
        prompts.load_responder("llama-2")


ASKING = '[[opening]]\nrole = "user"\ncontent = "You are <PERSONA> and want <GOAL>. At the end say <CONV_STOP>."\n'
FORWARD = 'forward = "Answer: <RESPONSE>"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FORWARD + ASKING.replace("<GOAL>", "it"), "the placeholder <GOAL> is missing"),
        (ASKING.replace("<PERSONA> and want <GOAL>", "it"), "the placeholders <PERSONA> and <GOAL> are missing"),
        (FORWARD + ASKING.replace("<GOAL>", "<GOALS> <GOAL>"), "no placeholder <GOALS>; perhaps you meant <GOAL>"),
        ('forward = "And?"\n' + ASKING, "the placeholder <RESPONSE> is missing"),
        ('forward = "<RESPONSE> <GOAL>"\n' + ASKING, "no placeholder <GOAL>; use <RESPONSE>"),
        (FORWARD + ASKING.replace("<CONV_STOP>", "bye"), 'no message says when to write "FINISH"'),
        (FORWARD + ASKING.replace("say <CONV_STOP>", "be UNFINISHED"), 'no message says when to write "FINISH"'),
        (FORWARD + ASKING + '[stop]\nrule = "field"\n', 'set the way of reading to "json"'),
        ('speaks_as = "user"\n' + FORWARD + ASKING, "receives only the response"),
        ("opening = []\n", "at least 1 item"),
    ],
)
def test_a_prompt_set_that_cannot_work_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        prompts.parse(text)


@pytest.mark.parametrize(
    ("language", "name"), [("de-AT", "plain-de"), ("zh-hans", "plain-zh"), ("en-gb", ""), ("fr", "")]
)
def test_a_study_in_another_language_finds_the_prompt_set_in_it(language: str, name: str) -> None:
    assert prompts.foreign_inquirer(language) == name
    if name:
        assert len(prompts.load(name).opening) == len(prompts.load("plain").opening)


def test_a_model_that_speaks_as_the_user_hears_the_responses_alone() -> None:
    found = prompts.load("user-model")
    assert found.said("Why?") == Message("user", "Why?")
    assert found.forwarded("Because.") == Message("assistant", "Because.")
    assert [message.role for message in found.open(PERSONA, GOAL)] == ["system"]


@pytest.mark.parametrize("name", prompts.inquirers())
def test_every_built_in_set_names_its_source(name: str) -> None:
    assert prompts.load(name).source


def test_the_digest_of_a_prompt_set_changes_with_its_text_and_not_with_its_source() -> None:
    known: dict[str, prompts.AnyPrompts] = {**prompts.inquirers(), **prompts.responders()}
    assert prompts.digest(known["llama-2"]) == prompts.digest(known["gpt-4"]), "table 5 gives both the same words"
    assert len({prompts.digest(each) for each in known.values()}) == len(known) - 1
    other = known["llama-2"].model_copy(update={"source": "Elsewhere."})
    assert prompts.digest(other) == prompts.digest(known["llama-2"])
