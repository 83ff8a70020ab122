"""Algorithm 1 with two scripted speakers."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from dialogue import prompts
from dialogue.backends.base import BackendError, ContentRefused
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.reading import Stop
from dialogue.roleplay import Ended, Exchange, Past, roleplay
from tests.dialogue.speaking import CHECKS, GOAL, REPETITIVE, SYSTEM, NarrowModel, Script, TriedModel, make_speaker

PERSONA = "a 25 to 34-year-old individual"
PROMPTS = prompts.load("llama-2")
ASKS = ['I would ask: "Q1"', '"Q2" or else "Q2b"', '"Q3" ### Human: yes', "FINISH"]
ANSWERS = ["A1 ", "A2 [INST] more", "A3"]

Step = Exchange | Ended
Model = ScriptedModel | NarrowModel


def play(
    inquirer: Model, responder: Model, max_turns: int = 12, past: Sequence[Past] = (), tries: int = 0
) -> AsyncGenerator[Step]:
    speakers = make_speaker("inquirer", inquirer, tries=tries), make_speaker("responder", responder, tries=tries)
    return roleplay(*speakers, persona=PERSONA, goal=GOAL, prompts=PROMPTS, max_turns=max_turns, past=past)


async def steps_of(inquirer: Script, responder: Script = ANSWERS, max_turns: int = 12) -> list[Step]:
    return [step async for step in play(ScriptedModel(inquirer), ScriptedModel(responder), max_turns)]


def said(steps: Sequence[Step]) -> list[tuple[str, str]]:
    return [(step.utterance, step.response) for step in steps if isinstance(step, Exchange)]


def ending(steps: Sequence[Step]) -> Ended:
    last = steps[-1]
    assert isinstance(last, Ended)
    assert sum(isinstance(step, Ended) for step in steps) == 1
    return last


async def test_turns_are_exchanged_until_the_inquirer_says_the_stop_token() -> None:
    steps = await steps_of(ASKS)
    assert said(steps) == [("Q1", "A1"), ("Q2", "A2"), ("Q3", "A3")]
    assert [step.position for step in steps if isinstance(step, Exchange)] == [0, 1, 2]
    assert ending(steps).ending == "goal_reached"


async def test_the_stop_output_comes_with_the_ending() -> None:
    (stop,) = ending(await steps_of(ASKS)).outputs
    assert (stop.speaker, stop.turn, stop.reply.text, stop.checked.status) == ("inquirer", 3, "FINISH", "stop")


async def test_every_turn_carries_both_outputs_raw_and_judged() -> None:
    second = (await steps_of(ASKS))[1]
    asked, answered = second.outputs
    assert (asked.reply.text, asked.checked.text, asked.checked.prompts_found) == ('"Q2" or else "Q2b"', "Q2", 2)
    assert (answered.reply.text, answered.checked.text, answered.checked.is_self_reply) == (
        "A2 [INST] more",
        "A2",
        True,
    )


async def test_the_turn_limit_ends_a_dialogue_without_asking_again() -> None:
    inquirer = ScriptedModel(ASKS)
    steps = [step async for step in play(inquirer, ScriptedModel(ANSWERS), max_turns=2)]
    assert len(said(steps)) == 2
    assert ending(steps) == Ended("max_turns")
    assert len(inquirer.requests) == 2


@pytest.mark.parametrize(
    ("inquirer", "responder", "expected", "speakers"),
    [
        (['"Q1"', "no quotes"], ["A1"], "no_prompt", ["inquirer"]),
        (['"Q1"', 'empty: ""'], ["A1"], "no_prompt", ["inquirer"]),
        (['"Q1"', " "], ["A1"], "empty_output", ["inquirer"]),
        (['"Q1"', REPETITIVE], ["A1"], "incoherent_inquirer", ["inquirer"]),
        (['"Q1"', '"Q2"'], ["A1", REPETITIVE], "incoherent_responder", ["inquirer", "responder"]),
        (['"Q1"', '"Q2"'], ["A1", "[INST] me"], "empty_output", ["inquirer", "responder"]),
        (['"Q1"', ContentRefused("No."), '"Q2"'], ["A1"], "model_error", []),
        (['"Q1"', '"Q2"'], ["A1", ContentRefused("No."), "A2"], "model_error", ["inquirer"]),
    ],
)
async def test_each_failure_ends_the_dialogue_and_keeps_what_was_put_out(
    inquirer: Script, responder: Script, expected: str, speakers: list[str]
) -> None:
    steps = await steps_of(inquirer, responder)
    assert said(steps) == [("Q1", "A1")]
    assert ending(steps).ending == expected
    assert [output.speaker for output in ending(steps).outputs] == speakers


async def test_an_infrastructure_error_is_raised_after_the_turns_that_were_complete() -> None:
    steps = []
    with pytest.raises(BackendError, match=r"Busy\."):
        async for step in play(ScriptedModel(ASKS), ScriptedModel(["A1", BackendError("Busy."), "A2"])):
            steps.append(step)
    assert said(steps) == [("Q1", "A1")]


async def test_the_inquirer_reads_its_extracted_utterances_in_quotes_and_never_its_raw_outputs() -> None:
    inquirer = ScriptedModel(ASKS)
    [_ async for _ in play(inquirer, ScriptedModel(ANSWERS))]
    assert list(inquirer.requests[-1].messages) == [
        *PROMPTS.open(PERSONA, GOAL),
        Message("assistant", '"Q1"'),
        PROMPTS.forwarded("A1"),
        Message("assistant", '"Q2"'),
        PROMPTS.forwarded("A2"),
        Message("assistant", '"Q3"'),
        PROMPTS.forwarded("A3"),
    ]


async def test_the_responder_reads_its_system_message_and_the_bare_turns() -> None:
    responder = ScriptedModel(ANSWERS)
    [_ async for _ in play(ScriptedModel(ASKS), responder)]
    assert list(responder.requests[-1].messages) == [
        SYSTEM,
        Message("user", "Q1"),
        Message("assistant", "A1"),
        Message("user", "Q2"),
        Message("assistant", "A2"),
        Message("user", "Q3"),
    ]


async def test_histories_only_grow_at_the_end() -> None:
    models = ScriptedModel(ASKS), ScriptedModel(ANSWERS)
    [_ async for _ in play(*models)]
    for model in models:
        histories = [request.messages for request in model.requests]
        assert all(after[: len(before)] == before for before, after in pairwise(histories))


@pytest.mark.parametrize("done", [0, 1, 2, 3])
async def test_a_resumed_dialogue_goes_on_as_if_it_had_never_stopped(done: int) -> None:
    whole, resumed = (ScriptedModel(ASKS), ScriptedModel(ANSWERS)), (ScriptedModel(ASKS), ScriptedModel(ANSWERS))
    steps = [step async for step in play(*whole)]
    past = [step for step in steps[:done] if isinstance(step, Exchange)]
    rest = [step async for step in play(*resumed, past=past)]
    assert said(rest) == said(steps)[done:]
    assert ending(rest).ending == ending(steps).ending
    for model, model_before in zip(resumed, whole, strict=True):
        assert model.requests == model_before.requests[done:]


async def test_a_dialogue_whose_turns_are_used_up_is_resumed_to_its_ending() -> None:
    steps = [step async for step in play(ScriptedModel(ASKS), ScriptedModel(ANSWERS), max_turns=2)]
    past = [step for step in steps if isinstance(step, Exchange)]
    silent = ScriptedModel([])
    assert [step async for step in play(silent, silent, max_turns=2, past=past)] == [Ended("max_turns")]


async def test_the_past_that_was_passed_stays_as_it_is() -> None:
    past: list[Past] = []
    [_ async for _ in play(ScriptedModel(ASKS), ScriptedModel(ANSWERS), past=past)]
    assert past == []


async def test_each_output_has_a_separate_seed() -> None:
    models = ScriptedModel(ASKS), ScriptedModel(ANSWERS)
    [_ async for _ in play(*models)]
    seeds = [request.sampling.seed for model in models for request in model.requests]
    assert len(set(seeds)) == len(seeds) == 7


async def test_a_regenerated_output_makes_a_turn_that_keeps_the_rejected_ones() -> None:
    inquirer = TriedModel(["no quotes", '"Q1"', "FINISH"])
    steps = [step async for step in play(inquirer, ScriptedModel(ANSWERS), tries=1)]
    assert said(steps) == [("Q1", "A1")]
    assert [(output.speaker, output.attempt) for output in steps[0].outputs] == [
        ("inquirer", 0),
        ("inquirer", 1),
        ("responder", 0),
    ]
    assert inquirer.requests[0].messages == inquirer.requests[1].messages


async def test_when_a_history_no_longer_fits_the_oldest_turns_are_left_out_for_each_side_by_itself() -> None:
    inquirer, responder = NarrowModel(6, '"QN"'), NarrowModel(99, "AN")
    steps = [step async for step in play(inquirer, responder, max_turns=5)]
    assert [(step.outputs[0].left_out, step.outputs[1].left_out) for step in steps[:-1]] == [
        *[(0, 0), (0, 0), (0, 0), (1, 0), (2, 0)]
    ]
    assert inquirer.fitting[-1] == [
        *PROMPTS.open(PERSONA, GOAL),
        Message("assistant", '"Q3"'),
        PROMPTS.forwarded("A3"),
        Message("assistant", '"Q4"'),
        PROMPTS.forwarded("A4"),
    ]
    assert ending(steps) == Ended("max_turns")


async def test_a_responder_that_has_no_room_left_still_reads_the_question() -> None:
    responder = NarrowModel(2, "AN")
    steps = [step async for step in play(NarrowModel(99, '"QN"'), responder, max_turns=3)]
    assert responder.fitting == [[SYSTEM, Message("user", f"Q{number}")] for number in (1, 2, 3)]
    assert [step.outputs[1].left_out for step in steps[:-1]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("inquirer_room", "responder_room", "turns", "outputs"), [(1, 99, 0, 0), (3, 99, 1, 0), (99, 1, 0, 1)]
)
async def test_when_not_even_the_last_response_fits_the_context_is_full(
    inquirer_room: int, responder_room: int, turns: int, outputs: int
) -> None:
    steps = [step async for step in play(NarrowModel(inquirer_room, '"QN"'), NarrowModel(responder_room, "AN"))]
    assert len(said(steps)) == turns
    assert (ending(steps).ending, len(ending(steps).outputs)) == ("context_full", outputs)


async def test_closing_a_dialogue_early_leaves_nothing_running() -> None:
    models = ScriptedModel(ASKS), ScriptedModel(ANSWERS)
    async with aclosing(play(*models)) as steps:
        await anext(steps)
    assert [model.under_way for model in models] == [0, 0]
    assert [len(model.requests) for model in models] == [1, 1]


async def test_cancelling_in_the_middle_of_a_reply_cancels_the_generation() -> None:
    responder = ScriptedModel(["one two three four"], pause=3600)
    waiting = asyncio.create_task(anext(play(ScriptedModel(ASKS), responder)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert responder.under_way == 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert responder.under_way == 0


PLAIN = prompts.load("plain").model_copy(update={"stop": Stop(sends_rest=True)})
POLITE = replace(CHECKS, reading=PLAIN.reading, stop=PLAIN.stop)


def play_politely(inquirer: Model, responder: Model, past: Sequence[Past] = ()) -> AsyncGenerator[Step]:
    speakers = make_speaker("inquirer", inquirer, checks=POLITE), make_speaker("responder", responder)
    return roleplay(*speakers, persona=PERSONA, goal=GOAL, prompts=PLAIN, max_turns=12, past=past)


async def test_last_words_are_answered_before_the_dialogue_ends_where_the_set_sends_them() -> None:
    asks = ScriptedModel(["What is a bear?", "Thanks! FINISH", "never asked"])
    steps = [step async for step in play_politely(asks, ScriptedModel(["An animal.", "You are welcome."]))]
    assert said(steps) == [("What is a bear?", "An animal."), ("Thanks!", "You are welcome.")]
    assert steps[-1] == Ended("goal_reached")
    assert len(asks.requests) == 2


async def test_a_dialogue_that_broke_off_after_the_last_words_ends_without_another_question() -> None:
    past = [Exchange(0, "Thanks!", "You are welcome.", (), is_last=True)]
    asks = ScriptedModel(["never", "never"])
    assert [step async for step in play_politely(asks, ScriptedModel([]), past)] == [Ended("goal_reached")]
    assert asks.requests == []
