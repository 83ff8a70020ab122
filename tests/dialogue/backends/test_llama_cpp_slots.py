"""Many requests to one llama.cpp engine: which slot each gets, what is read again, when it is freed."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf
from dialogue.backends.base import BackendError, Sampling
from dialogue.backends.llama_cpp import LlamaCppModel, load
from dialogue.backends.llama_cpp.schedule import PIECE
from dialogue.messages import Message
from tests.dialogue.backends.llama_models import GREEDY, described, said, until


@pytest.fixture
async def model(random_gguf):
    model = load(described(random_gguf))
    yield model
    await model.close()


@contextmanager
def admitted_together(model: LlamaCppModel, count: int) -> Iterator[None]:
    """Let this many requests begin in the same step, however long the later ones take to arrive."""
    engine, admit = model._engine, model._engine._admit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_admit", lambda: admit() if len(engine._queue) >= count else None)
        yield


@pytest.mark.parametrize("beginning", [0, 10, 45, 100])
async def test_conversations_say_the_same_alone_and_in_company(random_gguf, beginning):
    """A sequence of a hundred random tokens reveals any difference in rounding.

    The openings begin alike, and are shorter and longer than the pieces in which prompts are read.
    """
    openings = {
        name: "baba bebe bibi bobo " * beginning + f"{name} caba " * length
        for name, length in (("ba", 1), ("be", 20), ("bi", 33), ("bo", 40), ("bu", 70), ("ca", 100))
    }
    model = load(described(random_gguf, slots=8, context=1024))
    together = await asyncio.gather(*(two_turns(model, name, opening) for name, opening in openings.items()))
    await model.close()
    fresh = load(described(random_gguf, slots=8, context=1024, threads=2))
    alone = [await two_turns(fresh, name, opening) for name, opening in openings.items()]
    await fresh.close()
    assert together == alone


async def two_turns(model: LlamaCppModel, name: str, opening: str) -> list[str]:
    drawn = Sampling(seed=5, max_tokens=100)
    first = await model.reply(said(opening), drawn, conversation=name)
    history = [*said(opening), Message("assistant", first.text), Message("user", "caca " * 80)]
    second = await model.reply(history, drawn, conversation=name)
    return [first.text, second.text]


async def test_quantized_weights_too_say_the_same_alone_and_in_company(tmp_path):
    path = write_gguf(tmp_path / "q8_0.gguf", Shape(), random_weights(Shape()), "q8_0")
    histories = [said(f"{word} caba beba " * 10) for word in ("ba", "be", "bi", "bo")]
    model = load(described(path))
    drawn = Sampling(seed=5, max_tokens=150)
    alone = [(await model.reply(history, drawn)).text for history in histories]
    together = await asyncio.gather(*(model.reply(history, drawn) for history in histories))
    await model.close()
    assert [reply.text for reply in together] == alone


async def test_a_cached_prompt_is_answered_as_a_new_one(random_gguf):
    model = load(described(random_gguf, context=1024))
    drawn = Sampling(seed=1, max_tokens=200)
    new, cached = [await model.reply(said("baba beba " * 100), drawn, conversation="one") for _ in range(2)]
    await model.close()
    assert cached.text == new.text


async def test_eight_at_once_get_what_each_gets_alone(random_gguf):
    prompts = [f"{word} caba" * 3 for word in ("ba", "be", "bi", "bo", "bu", "ca", "ce", "ci")]
    model = load(described(random_gguf, slots=8))
    alone = [(await model.reply(said(prompt), GREEDY)).text for prompt in prompts]
    together = await asyncio.gather(*(model.reply(said(prompt), GREEDY) for prompt in prompts))
    await model.close()
    assert [reply.text for reply in together] == alone
    assert len(set(alone)) == 8


async def test_scattered_slots_do_not_disturb_each_other(random_gguf):
    """Idle slots between busy ones read a token with them, then forget it."""
    model = load(described(random_gguf, slots=4))
    histories = [said(f"{word} caba") for word in ("ba", "be", "bi", "bo")]
    names = ["a", "b", "c", "d"]
    await asyncio.gather(*(model.reply(h, GREEDY, conversation=n) for h, n in zip(histories, names, strict=True)))
    with admitted_together(model, 2):
        outer = await asyncio.gather(*(model.reply(histories[i], GREEDY, conversation=names[i]) for i in (0, 3)))
    inner = [await model.reply(histories[i], GREEDY, conversation=names[i]) for i in (1, 2)]
    await model.close()

    fresh = load(described(random_gguf, slots=1))
    expected = [(await fresh.reply(histories[i], GREEDY)).text for i in (0, 3, 1, 2)]
    await fresh.close()
    assert [reply.text for reply in (*outer, *inner)] == expected


async def test_busy_slots_are_brought_together_and_every_history_stays_cached(random_gguf):
    model = load(described(random_gguf, slots=4))
    names = ["a", "b", "c", "d"]
    histories = {name: said(f"baba bebe {name} " * 10) for name in names}
    alone = [(await model.reply(histories[name], GREEDY, conversation=name)).text for name in names]
    before = model.statistics
    with admitted_together(model, 2):
        outer = await asyncio.gather(*(model.reply(histories[name], GREEDY, conversation=name) for name in ("a", "d")))
    inner = [await model.reply(histories[name], GREEDY, conversation=name) for name in ("b", "c")]
    after = model.statistics
    await model.close()
    assert after.exchanges - before.exchanges == 1
    assert after.reused_tokens - before.reused_tokens == sum(
        (reply.prompt_tokens or 0) - 1 for reply in (*outer, *inner)
    )
    assert [outer[0].text, *(reply.text for reply in inner), outer[1].text] == alone


async def test_a_slot_that_cannot_be_moved_is_read_again(model: LlamaCppModel, monkeypatch):
    names = ["a", "b", "c", "d"]
    texts = [(await model.reply(said("baba bebe"), GREEDY, conversation=name)).text for name in names]
    runtime = model._runtime
    monkeypatch.setattr(runtime, "exchange", lambda one, other: not (runtime.cut(one, 0) and runtime.cut(other, 0)))
    with admitted_together(model, 2):
        again = await asyncio.gather(
            *(model.reply(said("baba bebe"), GREEDY, conversation=name) for name in ("a", "d"))
        )
    assert [reply.text for reply in again] == texts[:2]
    assert (await model.reply(said("baba bebe"), GREEDY, conversation="b")).text == texts[1]


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
    assert reused + 1 == again.prompt_tokens


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
    system = Message("system", "baba bebe bibi bobo " * 40)
    await model.reply([system, *said("caca")], GREEDY, conversation="one")
    before = model.statistics
    second = await model.reply([system, *said("cece")], GREEDY, conversation="two")
    copied = model.statistics.copied_tokens - before.copied_tokens
    assert copied == PIECE
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
        await model.reply(said(f"baba {number}"), Sampling(temperature=0, max_tokens=200))
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
    assert generated - 200 == last.completion_tokens


async def test_a_batch_that_cannot_be_read_ends_only_its_requests(model: LlamaCppModel, monkeypatch):
    await model.reply(said("baba"), GREEDY)
    monkeypatch.setattr(model._runtime, "read", lambda rows: 1)
    with pytest.raises(BackendError, match=r"could not read a batch \(code 1\)"):
        await model.reply(said("baba"), GREEDY)
    monkeypatch.undo()
    before = model.statistics
    assert (await model.reply(said("baba"), GREEDY)).completion_tokens == 24
    assert model.statistics.reused_tokens == before.reused_tokens
