"""The llama.cpp backend against a real model file: what callers can rely on."""

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from random import Random

import pytest

from benchmarks.random_llama import Shape
from dialogue.backends.base import LEAST_ROOM, BackendError, ContextFull, Sampling
from dialogue.backends.llama_cpp import LlamaCppModel, load
from dialogue.messages import Message
from dialogue.models import ModelSpec

WORDS = Shape()
GREEDY = Sampling(temperature=0, max_tokens=24)


def described(path: Path, **changes) -> ModelSpec:
    settings = {"slots": 4, "context": 512, "threads": 1} | changes
    return ModelSpec(name="random", backend="llama_cpp", file=path, **settings)


def said(text: str) -> list[Message]:
    return [Message("user", text)]


@pytest.fixture
async def model(random_gguf):
    model = load(described(random_gguf))
    yield model
    await model.close()


@pytest.fixture
async def babbler(babbling_gguf):
    model = load(described(babbling_gguf, context=1024))
    yield model
    await model.close()


async def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)


async def test_the_same_seed_says_the_same(model):
    first = await model.reply(said("baba"), Sampling(seed=7, max_tokens=40))
    second = await model.reply(said("baba"), Sampling(seed=7, max_tokens=40))
    assert first.text == second.text
    assert first.completion_tokens == 40


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
    """Among prompts of many words there is one whose answer begins with a word of the prompt."""
    for seed in range(20):
        prompt = Random(seed).sample(WORDS.vocabulary.text(list(range(144))).split(), 100)
        first = (await model.reply(said(" ".join(prompt)), Sampling(temperature=0, max_tokens=1))).text.strip()
        if first in prompt:
            break
    punished = await model.reply(said(" ".join(prompt)), Sampling(temperature=0, repeat_penalty=50, max_tokens=1))
    assert first in prompt
    assert punished.text.strip() != first


async def test_eight_at_once_get_what_each_gets_alone(random_gguf):
    prompts = [f"{word} caba" * 3 for word in ("ba", "be", "bi", "bo", "bu", "ca", "ce", "ci")]
    model = load(described(random_gguf, slots=8))
    alone = [(await model.reply(said(prompt), GREEDY)).text for prompt in prompts]
    together = await asyncio.gather(*(model.reply(said(prompt), GREEDY) for prompt in prompts))
    await model.close()
    assert [reply.text for reply in together] == alone
    assert len(set(alone)) == 8


async def test_scattered_slots_do_not_disturb_each_other(random_gguf):
    """The idle slots between busy ones read a token with them, and forget it."""
    model = load(described(random_gguf, slots=4))
    histories = [said(f"{word} caba") for word in ("ba", "be", "bi", "bo")]
    names = ["a", "b", "c", "d"]
    await asyncio.gather(*(model.reply(h, GREEDY, conversation=n) for h, n in zip(histories, names, strict=True)))
    outer = await asyncio.gather(*(model.reply(histories[i], GREEDY, conversation=names[i]) for i in (0, 3)))
    inner = [await model.reply(histories[i], GREEDY, conversation=names[i]) for i in (1, 2)]
    await model.close()

    fresh = load(described(random_gguf, slots=1))
    expected = [(await fresh.reply(histories[i], GREEDY)).text for i in (0, 3, 1, 2)]
    await fresh.close()
    assert [reply.text for reply in (*outer, *inner)] == expected


async def test_idle_slots_do_not_fill_up_with_what_they_read_for_others(random_gguf):
    model = load(described(random_gguf, slots=3, context=512))
    for name in ("one", "idle", "three"):
        await model.reply(said("baba " * 300), Sampling(max_tokens=1), conversation=name)
    long = Sampling(temperature=0, max_tokens=200)
    replies = await asyncio.gather(
        *(model.reply(said("baba " * 300), long, conversation=name) for name in ("one", "three"))
    )
    before = model.statistics.reused_tokens
    again = await model.reply(said("baba " * 300), GREEDY, conversation="idle")
    reused = model.statistics.reused_tokens - before
    await model.close()
    assert [reply.completion_tokens for reply in replies] == [200, 200]
    assert reused == again.prompt_tokens - 1


async def test_a_second_turn_reads_only_what_is_new(model, random_gguf):
    history = said("baba bebe bibi " * 20)
    first = await model.reply(history, GREEDY, conversation="one")
    history += [Message("assistant", first.text), Message("user", "caca")]
    before = model.statistics
    second = await model.reply(history, GREEDY, conversation="one")
    read = model.statistics.read_tokens - before.read_tokens

    assert read == second.prompt_tokens - (first.prompt_tokens + first.completion_tokens - 1)
    fresh = load(described(random_gguf))
    assert (await fresh.reply(history, GREEDY)).text == second.text
    await fresh.close()


async def test_a_conversation_finds_its_own_slot_among_others(model):
    for name in ("one", "two", "three"):
        await model.reply(said(f"baba bebe {name} " * 10), GREEDY, conversation=name)
    before = model.statistics
    again = await model.reply(said("baba bebe two " * 10), GREEDY, conversation="two")
    assert model.statistics.reused_tokens - before.reused_tokens == again.prompt_tokens - 1


async def test_a_long_common_beginning_is_copied_from_another_conversation(model, random_gguf):
    system = Message("system", "baba bebe bibi bobo " * 30)
    await model.reply([system, *said("caca")], GREEDY, conversation="one")
    before = model.statistics
    second = await model.reply([system, *said("cece")], GREEDY, conversation="two")
    copied = model.statistics.copied_tokens - before.copied_tokens
    assert copied > 120
    assert model.statistics.read_tokens - before.read_tokens == second.prompt_tokens - copied

    fresh = load(described(random_gguf))
    assert (await fresh.reply([system, *said("cece")], GREEDY)).text == second.text
    await fresh.close()


async def test_a_closed_stream_frees_its_slot_within_a_step(model):
    stream = model.stream(said("baba"), Sampling(max_tokens=400))
    async with aclosing(stream):
        await anext(stream)
        assert model.statistics.busy == 1
    closed_at = model.statistics.steps
    await until(lambda: model.statistics.busy == 0)
    assert model.statistics.steps <= closed_at + 1


async def test_a_cancelled_reply_leaves_a_cache_that_can_be_continued(model, random_gguf):
    prompt = said("baba bebe bibi bobo " * 110)
    task = asyncio.create_task(model.reply(prompt, Sampling(max_tokens=60), conversation="one"))
    await until(lambda: model.statistics.steps > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    continued = await model.reply(prompt, GREEDY, conversation="one")

    fresh = load(described(random_gguf))
    assert (await fresh.reply(prompt, GREEDY)).text == continued.text
    await fresh.close()


async def test_more_requests_than_slots_wait_and_all_finish_in_order(model):
    finished = []

    async def ask(number):
        await model.reply(said(f"baba {number}"), GREEDY)
        finished.append(number)

    tasks = [asyncio.create_task(ask(number)) for number in range(11)]
    await until(lambda: model.statistics.waiting > 0)
    assert model.statistics.busy <= 4
    await asyncio.gather(*tasks)
    assert [number // 4 for number in finished] == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


async def test_a_request_cancelled_in_the_queue_never_runs(random_gguf):
    model = load(described(random_gguf, slots=1))
    running = asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=200)))
    await until(lambda: model.statistics.busy == 1)
    waiting = asyncio.create_task(model.reply(said("caca"), Sampling(max_tokens=200)))
    await until(lambda: model.statistics.waiting == 1)
    waiting.cancel()
    await running
    last = await model.reply(said("cece"), GREEDY)
    generated = model.statistics.generated_tokens
    await model.close()
    assert generated == 200 + last.completion_tokens


async def test_pieces_make_the_text_and_times_are_in_order(model):
    stream = model.stream(said("baba"), GREEDY)
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert "".join(pieces) == stream.reply.text
    assert len(pieces) == 24
    assert 0 < stream.reply.first_token_seconds < stream.reply.seconds


async def test_a_prompt_without_room_for_an_answer_is_refused(model):
    with pytest.raises(ContextFull, match=r"has a context of 512: leave out"):
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
    replies = [await babbler.reply(said("baba"), Sampling(seed=seed, max_tokens=900)) for seed in range(8)]
    ended = [reply for reply in replies if reply.stop_reason == "stop"]
    assert ended
    assert all("</s>" not in reply.text and reply.completion_tokens < 900 for reply in ended)


async def test_characters_cut_between_tokens_come_whole(babbler):
    stream = babbler.stream(said("Grüße, 世界"), Sampling(seed=1, temperature=3, max_tokens=300))
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert stream.reply.text == "".join(pieces)
    assert stream.reply.text.encode("utf-8").decode("utf-8") == stream.reply.text


async def test_closing_ends_what_is_running_and_what_waits(random_gguf):
    model = load(described(random_gguf, slots=1))
    tasks = [asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=400))) for _ in range(3)]
    await until(lambda: model.statistics.busy == 1)
    await model.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, BackendError) and "closed" in str(result) for result in results)


async def test_a_closed_model_answers_with_a_sentence(random_gguf):
    model = load(described(random_gguf))
    await model.close()
    await model.close()
    with pytest.raises(BackendError, match="was closed"):
        await model.reply(said("baba"), GREEDY)
    with pytest.raises(BackendError, match="was closed"):
        model.count_tokens("baba")


def test_a_model_outlives_an_event_loop_that_was_closed_in_the_middle(random_gguf):
    model = load(described(random_gguf))
    loop = asyncio.new_event_loop()
    stream = model.stream(said("baba"), Sampling(max_tokens=400))
    loop.run_until_complete(anext(stream))
    loop.close()
    reply = asyncio.run(model.reply(said("caca"), GREEDY))
    busy = model.statistics.busy
    asyncio.run(model.close())
    assert reply.completion_tokens == 24
    assert busy == 0


async def test_a_failed_engine_ends_all_requests_and_refuses_later_ones(model: LlamaCppModel, monkeypatch):
    def explode(rows):
        raise RuntimeError("out of luck")

    running = asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=400)))
    await until(lambda: model.statistics.busy == 1)
    monkeypatch.setattr(model._runtime, "read", explode)
    with pytest.raises(BackendError, match="engine failed"):
        await running
    with pytest.raises(BackendError, match="engine failed"):
        await model.reply(said("caca"), GREEDY)


async def test_a_batch_that_cannot_be_read_ends_only_its_requests(model: LlamaCppModel, monkeypatch):
    await model.reply(said("baba"), GREEDY)
    monkeypatch.setattr(model._runtime, "read", lambda rows: 1)
    with pytest.raises(BackendError, match=r"could not read a batch \(code 1\)"):
        await model.reply(said("baba"), GREEDY)
    monkeypatch.undo()
    before = model.statistics
    assert (await model.reply(said("baba"), GREEDY)).completion_tokens == 24
    assert model.statistics.reused_tokens == before.reused_tokens
