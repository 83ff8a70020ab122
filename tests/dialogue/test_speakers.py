"""A speaker of a dialogue: regeneration, and leaving out turns that do not fit."""

import pytest

from dialogue.backends.base import BackendError, ContentRefused, ContextFull
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.outputs import Output
from dialogue.speakers import History, Speaker
from tests.dialogue.speaking import REPETITIVE, SAMPLING, NarrowModel, TriedModel, make_speaker

ASK = History([Message("user", "Begin.")], [], [])


def turn(number: int) -> list[Message]:
    return [Message("assistant", f"Q{number}"), Message("user", f"A{number}")]


async def test_an_output_that_passes_is_used_at_the_first_attempt() -> None:
    spoken = await make_speaker("inquirer", TriedModel(['"Why?"', '"How?"']), tries=2).speak(ASK, 0)
    assert (spoken.text, spoken.ending, len(spoken.outputs)) == ("Why?", None, 1)


async def test_a_stop_is_no_failure_to_be_regenerated() -> None:
    spoken = await make_speaker("inquirer", TriedModel(["FINISH", '"How?"']), tries=2).speak(ASK, 0)
    assert (spoken.ending, len(spoken.outputs)) == ("goal_reached", 1)


async def test_rejected_outputs_are_kept_in_order() -> None:
    spoken = await make_speaker("inquirer", TriedModel(["", "no quotes", '"How?"']), tries=2).speak(ASK, 3)
    assert (spoken.text, spoken.ending) == ("How?", None)
    assert [output.checked.status for output in spoken.outputs] == ["empty", "no_prompt", "said"]
    assert [output.reply.text for output in spoken.outputs] == ["", "no quotes", '"How?"']
    assert [(output.turn, output.attempt) for output in spoken.outputs] == [(3, 0), (3, 1), (3, 2)]


@pytest.mark.parametrize(
    ("last", "ending"),
    [("", "empty_output"), ("no quotes", "no_prompt"), (REPETITIVE, "incoherent_inquirer")],
)
async def test_when_no_try_is_left_the_last_output_decides(last: str, ending: str) -> None:
    spoken = await make_speaker("inquirer", TriedModel(["no quotes", last]), tries=1).speak(ASK, 0)
    assert (spoken.ending, len(spoken.outputs)) == (ending, 2)


async def test_without_tries_the_first_failure_decides() -> None:
    spoken = await make_speaker("responder", TriedModel([REPETITIVE, "Fine."])).speak(ASK, 0)
    assert (spoken.ending, len(spoken.outputs)) == ("incoherent_responder", 1)


async def test_a_regenerated_output_is_drawn_with_other_sampling_in_the_official_ranges() -> None:
    model = TriedModel([""] * 20)
    await make_speaker("inquirer", model, tries=19).speak(ASK, 0)
    first, *others = [request.sampling for request in model.requests]
    assert first == SAMPLING.seeded(first.seed)
    assert all(0.5 <= sampling.temperature <= 1.0 and 5 <= sampling.top_k <= 50 for sampling in others)
    assert len({(sampling.temperature, sampling.top_k) for sampling in others}) == len(others)
    assert len({sampling.seed for sampling in (first, *others)}) == 20
    assert all(sampling.top_p == SAMPLING.top_p and sampling.max_tokens == SAMPLING.max_tokens for sampling in others)


async def test_the_backend_receives_the_name_of_the_history() -> None:
    model = ScriptedModel(["Hi."])
    await make_speaker("responder", model, conversation="simulation-1-responder").speak(ASK, 0)
    assert [request.conversation for request in model.requests] == ["simulation-1-responder"]


@pytest.mark.parametrize(("room", "left_out"), [(8, 0), (7, 1), (6, 1), (5, 2), (4, 2)])
async def test_the_oldest_whole_turns_are_left_out_and_counted(room: int, left_out: int) -> None:
    model = NarrowModel(room, '"Reply N."')
    history = History([Message("user", "Begin.")], [turn(1), turn(2)], [*turn(3), Message("user", "More?")])
    spoken = await make_speaker("inquirer", model).speak(history, 3)
    assert spoken.outputs[0].left_out == left_out
    assert model.fitting == [history.without(left_out)]


async def test_opening_and_pending_are_never_left_out() -> None:
    history = History([Message("user", "Begin.")], [turn(1), turn(2)], turn(3))
    assert history.without(2) == [Message("user", "Begin."), *turn(3)]
    assert (await make_speaker("inquirer", NarrowModel(2, "N")).speak(history, 3)).ending == "context_full"


async def test_a_context_that_fills_up_while_regenerating_keeps_what_was_rejected() -> None:
    model = TriedModel(["no quotes", ContextFull("Full.")])
    spoken = await make_speaker("inquirer", model, tries=1).speak(ASK, 0)
    assert (spoken.ending, [output.reply.text for output in spoken.outputs]) == ("context_full", ["no quotes"])


async def test_refused_content_ends_the_dialogue() -> None:
    spoken = await make_speaker("responder", ScriptedModel([ContentRefused("No."), "Hi."]), tries=3).speak(ASK, 0)
    assert (spoken.ending, spoken.outputs) == ("model_error", ())


async def test_an_infrastructure_error_is_no_ending() -> None:
    with pytest.raises(BackendError, match=r"Busy\."):
        await make_speaker("responder", ScriptedModel([BackendError("Busy."), "Hi."]), tries=3).speak(ASK, 0)


async def listen(speaking: Speaker, history: History, turn: int, attempt: int = 0) -> tuple[list[str], Output]:
    """Return the pieces for the reader and the output at their end."""
    *pieces, output = [piece async for piece in speaking.stream(history, turn, attempt)]
    assert isinstance(output, Output)
    return [piece for piece in pieces if isinstance(piece, str)], output


async def test_a_streamed_output_comes_in_pieces_and_last_as_a_whole() -> None:
    pieces, output = await listen(make_speaker("responder", ScriptedModel(["A bear is large."])), ASK, 3, 1)
    assert (len(pieces), "".join(pieces)) == (4, "A bear is large.")
    assert (output.reply.text, output.turn, output.attempt, output.left_out) == ("A bear is large.", 3, 1, 0)
    assert output.checked.status == "said"


async def test_what_was_streamed_is_judged_but_never_regenerated() -> None:
    model = TriedModel([REPETITIVE, "Fine."])
    _, output = await listen(make_speaker("responder", model, tries=3), ASK, 0)
    assert (output.checked.status, len(model.requests)) == ("incoherent", 1)


async def test_a_stream_asked_for_again_differs_by_its_seed_alone() -> None:
    model = TriedModel(["One.", "Two."])
    for attempt in (0, 1):
        await listen(make_speaker("responder", model), ASK, 0, attempt)
    first, second = [request.sampling for request in model.requests]
    assert first.seed != second.seed
    assert first == second.seeded(first.seed)


@pytest.mark.parametrize(("room", "left_out"), [(6, 0), (5, 1), (4, 1), (2, 2)])
async def test_a_stream_leaves_out_the_oldest_whole_turns_and_counts_them(room: int, left_out: int) -> None:
    model = NarrowModel(room, "Reply N.")
    history = History([Message("user", "Begin.")], [turn(1), turn(2)], [Message("user", "More?")])
    pieces, output = await listen(make_speaker("responder", model), history, 3)
    assert (pieces, output.left_out) == (["Reply 1."], left_out)
    assert model.fitting == [history.without(left_out)]


async def test_a_stream_whose_last_message_alone_does_not_fit_says_so() -> None:
    history = History([Message("user", "Begin.")], [turn(1)], [Message("user", "More?")])
    with pytest.raises(ContextFull):
        await listen(make_speaker("responder", NarrowModel(1, "N")), history, 1)


async def test_closing_a_stream_cancels_the_generation() -> None:
    model = ScriptedModel(["one two three four"])
    pieces = make_speaker("responder", model).stream(ASK, 0)
    assert (await anext(pieces), model.under_way) == ("one", 1)
    await pieces.aclose()
    assert model.under_way == 0
