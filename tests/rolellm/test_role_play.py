"""A character as the inquirer or the responder of a dialogue with many turns."""

from dataclasses import dataclass

import pytest

from dialogue.messages import Message
from dialogue.prompts import OpeningMessage, PromptSet, inquirers, load, load_responder
from dialogue.roleplay import inquirer_history, responder_history
from rolellm.elicitation import ELICITATIONS, Character, Elicitation, elicit
from rolellm.pairs import Pair
from rolellm.profiles import read_profile
from rolellm.role_play import Role, UnsuitablePrompts, as_role, as_role_responder, retrieve
from rolellm.roles import Role as ScriptRole
from tests.rolellm.references import DATA

JACK = Character("Jack Sparrow", 'You are a pirate. Your catchphrase is: "Savvy?"')
LI_BAI = Character("李白", "你是诗人", "zh")
PAIRS = (Pair(0, "Who are you?", "Captain <GOAL>."), Pair(1, "Where?", "At sea."))
GOAL = "find out who <PERSONA> is"
SPEAKING = [name for name, each in inquirers().items() if each.speaks_as == "assistant"]


@dataclass(frozen=True)
class Turn:
    utterance: str
    response: str


def opening(name: str, way: Elicitation, character: Character = JACK) -> list[Message]:
    return as_role(load(name), Role(character, way, () if way == "zero-shot" else PAIRS)).open(character.name, GOAL)


@pytest.mark.parametrize("character", [JACK, LI_BAI])
@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize("way", ELICITATIONS)
def test_one_system_message_holds_rolegpts_text_and_that_of_the_prompt_set(name, way, character) -> None:
    found = opening(name, way, character)
    of_set = [each.content for each in load(name).open(character.name, GOAL) if each.role == "system"]
    assert [each.role for each in found].count("system") == 1
    assert found[0].content == "\n\n".join([elicit("zero-shot", character, "x")[0].content, *of_set])
    assert found[0].content.count(character.description) == 1


@pytest.mark.parametrize("name", SPEAKING)
def test_zero_shot_ends_with_the_instruction_of_the_prompt_set(name) -> None:
    asked = next(each for each in load(name).open(JACK.name, GOAL) if each.role == "user")
    assert opening(name, "zero-shot")[1:] == [Message("user", asked.content.strip())]


def test_few_shot_puts_the_pairs_before_the_instruction_of_the_prompt_set() -> None:
    _, last = opening("llama-2", "few-shot")
    assert last.content.startswith("Who are you?\nCaptain <GOAL>.\nWhere?\nAt sea.\nThe above are demonstrations")
    assert f"\nYour ultimate goal is as follows: {GOAL}. What prompt" in last.content


def test_dialogue_engineering_writes_the_answers_as_the_prompt_set_reads_utterances() -> None:
    assert opening("llama-2", "dialogue")[1:5] == [
        Message("user", "Who are you?"),
        Message("assistant", '"Captain <GOAL>."'),
        Message("user", "Where?"),
        Message("assistant", '"At sea."'),
    ]
    assert opening("plain", "dialogue")[2] == Message("assistant", "Captain <GOAL>.")
    assert opening("json", "dialogue")[2].content == '{"message": "Captain <GOAL>.", "finished": false}'


@pytest.mark.parametrize("way", ELICITATIONS)
def test_the_opening_stays_before_the_history_when_turns_are_left_out(way) -> None:
    prompts = as_role(load("llama-2"), Role(JACK, way, PAIRS))
    history = inquirer_history(prompts, JACK.name, GOAL, [Turn("Q1", "A1"), Turn("Q2", "A2")])
    assert history.without(1) == [
        *prompts.open(JACK.name, GOAL),
        Message("assistant", '"Q2"'),
        prompts.forwarded("A2"),
    ]


def test_everything_else_of_the_prompt_set_stays_as_it_is() -> None:
    for name in SPEAKING:
        plain, found = load(name), as_role(load(name), Role(JACK, "dialogue", PAIRS))
        assert {key: getattr(found, key) for key in PromptSet.model_fields} == dict(plain)


def test_a_responder_reads_the_pairs_as_said_and_then_only_the_dialogue() -> None:
    prompts = as_role_responder(load_responder("llama-2-responder"), Role(JACK, "dialogue", PAIRS))
    system, *said = prompts.open()
    assert system.content.startswith("You are Jack Sparrow, your description is:")
    assert system.content.endswith(load_responder("llama-2-responder").system)
    assert said[:2] == [Message("user", "Who are you?"), Message("assistant", "Captain <GOAL>.")]
    history = responder_history(prompts.open(), [Turn("Q1", "A1")], "Q2").without(0)
    assert history[5:] == [Message("user", "Q1"), Message("assistant", "A1"), Message("user", "Q2")]


def test_pairs_are_retrieved_from_the_goal_best_first_and_not_for_zero_shot() -> None:
    profile = read_profile(DATA / "script_coriolanus.jsonl", ScriptRole("Coriolanus"))
    coriolanus = Character("Coriolanus", "You are a Roman general.")
    role, found = retrieve(coriolanus, "dialogue", profile.pairs, "ask the citizens for their voices")
    assert len(role.pairs) == 5
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert any("voices" in f"{pair.question} {pair.answer}".lower() for pair in role.pairs)
    assert role != retrieve(coriolanus, "dialogue", profile.pairs, "buy corn for Rome")[0]
    assert retrieve(coriolanus, "zero-shot", profile.pairs, "ask")[0].pairs == ()


def test_sets_without_a_place_for_the_instruction_are_refused() -> None:
    with pytest.raises(UnsuitablePrompts, match="write the user's messages"):
        as_role(load("user-model"), Role(JACK, "dialogue", PAIRS))
    system = PromptSet(opening=(OpeningMessage(role="system", content="<PERSONA> <GOAL> <CONV_STOP>"),))
    with pytest.raises(UnsuitablePrompts, match="no user message"):
        as_role(system, Role(JACK, "dialogue", PAIRS))
