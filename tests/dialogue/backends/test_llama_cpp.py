"""The llama.cpp backend with a real model file: the behaviour on which callers rely."""

import asyncio
import os
import re
import signal
from random import Random

import pytest

from benchmarks.random_llama import Shape
from dialogue.backends import registry
from dialogue.backends.base import LEAST_ROOM, BackendError, ContextFull, ModelMisconfigured, Sampling
from dialogue.backends.llama_cpp import load
from dialogue.backends.llama_cpp.process import MOST_CRASHES, explain
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.llama_models import GREEDY, described, running, said, until

WORDS = Shape()


@pytest.fixture(scope="module")
def model(random_gguf):
    with running(described(random_gguf)) as model:
        yield model


@pytest.fixture(scope="module")
def babbler(babbling_gguf):
    with running(described(babbling_gguf, context=1024)) as model:
        yield model


@pytest.fixture
async def killed_model(random_gguf):
    """A model whose engine the test kills."""
    model = load(described(random_gguf))
    yield model
    await model.close()


async def test_the_same_seed_says_the_same(model):
    first = await model.reply(said("baba"), Sampling(seed=7, max_tokens=40))
    second = await model.reply(said("baba"), Sampling(seed=7, max_tokens=40))
    assert first.text == second.text
    assert first.completion_tokens == 40


async def test_a_prompt_is_counted_without_weights_as_the_engine_counts_it(model, random_gguf):
    for words in ("baba", "baba caca <s> dada" * 5):
        reply = await model.reply(said(words), Sampling(max_tokens=1))
        assert registry.count_prompt(described(random_gguf), said(words)) == reply.prompt_tokens
    assert registry.count_prompt(ModelSpec(name="m", backend="openai", model="m"), said("baba")) is None


async def test_other_seeds_say_other_things(model):
    texts = {(await model.reply(said("baba"), Sampling(seed=seed, max_tokens=24))).text for seed in range(5)}
    assert len(texts) == 5


async def test_a_fresh_engine_says_the_same_for_the_same_seed(model, random_gguf):
    fresh = load(described(random_gguf))
    sampling = Sampling(seed=99, temperature=0.8, top_k=40, top_p=0.9, repeat_penalty=1.1, max_tokens=40)
    assert (await fresh.reply(said("caca"), sampling)).text == (await model.reply(said("caca"), sampling)).text
    await fresh.close()


async def test_every_seed_is_a_seed_even_those_that_mean_any_to_the_library(model):
    sampling = Sampling(seed=0xFFFFFFFF, max_tokens=24)
    assert (await model.reply(said("baba"), sampling)).text == (await model.reply(said("baba"), sampling)).text


async def test_a_single_candidate_is_greedy(model):
    greedy = await model.reply(said("baba"), GREEDY)
    single = await model.reply(said("baba"), Sampling(temperature=1.5, top_k=1, seed=5, max_tokens=24))
    assert single.text == greedy.text


async def test_a_penalty_counts_what_the_prompt_says(model):
    """Return a long prompt whose answer begins with a word of the prompt."""
    for seed in range(20):
        prompt = Random(seed).sample(WORDS.vocabulary.text(list(range(144))).split(), 100)
        first = (await model.reply(said(" ".join(prompt)), Sampling(temperature=0, max_tokens=1))).text.strip()
        if first in prompt:
            break
    punished = await model.reply(said(" ".join(prompt)), Sampling(temperature=0, repeat_penalty=50, max_tokens=1))
    assert first in prompt
    assert punished.text.strip() != first


async def test_pieces_make_the_text_and_times_are_in_order(model):
    stream = model.stream(said("baba"), GREEDY)
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert "".join(pieces) == stream.reply.text
    assert len(pieces) > 1
    assert 0 < stream.reply.first_token_seconds < stream.reply.seconds


async def test_a_prompt_without_room_for_an_answer_is_refused(model):
    with pytest.raises(ContextFull, match=r"has a context of 512\. Leave out"):
        await model.reply(said("baba " * 450), Sampling(max_tokens=200))


async def test_a_short_answer_needs_only_its_own_room(model):
    reply = await model.reply(said("baba " * 500), Sampling(max_tokens=4))
    assert (reply.completion_tokens, reply.stop_reason) == (4, "length")


async def test_an_answer_is_capped_at_what_the_context_leaves(model):
    reply = await model.reply(said("baba " * 400), Sampling(max_tokens=1000))
    assert reply.prompt_tokens + reply.completion_tokens == 512
    assert reply.completion_tokens > LEAST_ROOM
    assert reply.stop_reason == "length"


async def test_an_answer_ends_at_the_end_token_which_is_not_part_of_it(babbler):
    for seed in range(8):
        reply = await babbler.reply(said("baba"), Sampling(seed=seed, max_tokens=900))
        if reply.stop_reason == "stop":
            break
    assert reply.stop_reason == "stop"
    assert "</s>" not in reply.text
    assert reply.completion_tokens < 900


async def test_characters_cut_between_tokens_come_whole(babbler):
    stream = babbler.stream(said("Grüße, 世界"), Sampling(seed=1, temperature=3, max_tokens=300))
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert stream.reply.text == "".join(pieces)
    assert stream.reply.text.encode("utf-8").decode("utf-8") == stream.reply.text


async def test_closing_ends_what_is_running_what_waits_and_what_comes(random_gguf):
    model = load(described(random_gguf, slots=1))
    tasks = [asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=400))) for _ in range(3)]
    await until(lambda: model.statistics.busy == 1)
    await model.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, BackendError) and "closed" in str(result) for result in results)
    with pytest.raises(BackendError, match="was closed"):
        await model.reply(said("baba"), GREEDY)
    with pytest.raises(BackendError, match="was closed"):
        model.count_tokens("baba")


def test_a_model_outlives_an_event_loop_that_was_closed_in_the_middle(model):
    loop = asyncio.new_event_loop()
    stream = model.stream(said("baba"), Sampling(max_tokens=400))
    loop.run_until_complete(anext(stream))
    loop.close()
    reply = asyncio.run(model.reply(said("caca"), GREEDY))
    assert reply.completion_tokens == 24
    assert model.statistics.busy == 0


async def test_a_crashed_engine_costs_the_answers_in_hand_and_starts_again(killed_model):
    model = killed_model
    running = asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=400)))
    await until(lambda: model.statistics.busy == 1)
    (pid,) = model.processes
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(BackendError, match=r"crashed .* It is being started again: ask again\."):
        await running
    assert (await model.reply(said("caca"), GREEDY)).completion_tokens == 24
    assert model.processes not in ([], [pid])


async def test_an_engine_that_keeps_crashing_is_given_up(killed_model):
    model = killed_model
    for _ in range(MOST_CRASHES):
        running = asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=400)))
        await until(lambda: model.statistics.busy == 1 and bool(model.processes))
        os.kill(model.processes[0], signal.SIGKILL)
        with pytest.raises(BackendError, match="was killed"):
            await running
    with pytest.raises(BackendError, match=r"3 times in a row\. Restart this process"):
        await model.reply(said("caca"), GREEDY)


async def test_conversations_are_divided_among_processes_and_stay_with_theirs(random_gguf):
    model = load(described(random_gguf, slots=4, processes=2))
    names = ["a", "b", "c", "d"]
    first = await asyncio.gather(*(model.reply(said(name), GREEDY, conversation=name) for name in names))
    before = model.statistics
    await asyncio.gather(*(model.reply(said(name), GREEDY, conversation=name) for name in names))
    after = model.statistics
    await model.close()
    assert after.read_tokens - before.read_tokens == len(names)
    assert len({reply.text for reply in first}) == len(names)


@pytest.mark.parametrize(
    ("number", "said_so"),
    [
        (signal.SIGILL, "was built for another processor than this one. Build it here: CMAKE_ARGS=.* pip install"),
        (signal.SIGKILL, "was killed, perhaps because the memory of this machine is full"),
        (signal.SIGSEGV, r"crashed \(status -11\); the log says why"),
    ],
)
def test_the_end_of_a_process_is_explained(number, said_so):
    assert re.search(said_so, explain(-number, "random"))


@pytest.mark.parametrize("kernel", [False, None], ids=["serving", "measuring"])
def test_an_engine_that_dies_of_another_processors_instructions_is_explained(
    random_gguf, tmp_path, monkeypatch, kernel
):
    (tmp_path / "llama_cpp").mkdir()
    (tmp_path / "llama_cpp" / "__init__.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # the engine's process finds this library first
    with pytest.raises(
        ModelMisconfigured, match=r"built for another processor than this one\. Build it here: .* pip install"
    ):
        load(described(random_gguf, flash_attention=kernel))
