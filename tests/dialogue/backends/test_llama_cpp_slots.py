"""Many requests to one llama.cpp engine: which slot each gets, what is read again, when it is freed."""

import asyncio
from contextlib import aclosing

import pytest

from benchmarks.random_llama import Shape, random_weights, write_gguf
from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.backends.llama_cpp import LlamaCppModel, load
from dialogue.backends.llama_cpp.schedule import PIECE
from dialogue.messages import Message
from tests.dialogue.backends.llama_models import GREEDY, described, running, said, stepping, texts, until


@pytest.fixture(scope="module")
def model(random_gguf):
    with running(described(random_gguf)) as model:
        yield model


@pytest.fixture(scope="module")
def narrow_model(random_gguf):
    """A model that answers one request at a time."""
    with running(described(random_gguf, slots=1)) as model:
        yield model


@pytest.fixture(scope="module", params=[True, False], ids=["flash attention", "none"])
def two_models(request, random_gguf):
    """The same weights in one process and in two, with more threads and fewer slots."""
    spec = described(random_gguf, slots=8, context=1024, flash_attention=request.param)
    other = spec.model_copy(update={"threads": 2, "processes": 2, "slots": 2})
    with running(spec) as model, running(other) as other_model:
        yield model, other_model


@pytest.mark.parametrize("beginning", [0, 10, 100])
async def test_conversations_say_the_same_alone_and_in_company(two_models, beginning):
    """A long sequence of random tokens reveals most differences in rounding.

    The openings begin alike, and are shorter and longer than the pieces in which prompts are read.
    """
    openings = {
        f"{beginning} {name}": "baba bebe bibi bobo " * beginning + f"{name} caba " * length
        for name, length in (("ba", 1), ("be", 20), ("bi", 33), ("bo", 40), ("bu", 70), ("ca", 100))
    }
    model, other_model = two_models
    together = await asyncio.gather(*(two_turns(model, name, opening) for name, opening in openings.items()))
    alone = [await two_turns(other_model, name, opening) for name, opening in openings.items()]
    assert together == alone


async def two_turns(model: LlamaCppModel, name: str, opening: str) -> list[str]:
    drawn = Sampling(seed=5, max_tokens=60)
    first = await model.reply(said(opening), drawn, conversation=name)
    history = [*said(opening), Message("assistant", first.text), Message("user", "caca " * 80)]
    second = await model.reply(history, drawn, conversation=name)
    return [first.text, second.text]


def test_quantized_weights_too_say_the_same_alone_and_in_company(tmp_path):
    path = write_gguf(tmp_path / "q8_0.gguf", Shape(), random_weights(Shape()), "q8_0")
    asked = [("", f"{word} caba beba " * 10) for word in ("ba", "be", "bi", "bo")]
    drawn = Sampling(seed=5, max_tokens=150)
    with stepping(described(path)) as steps:
        alone = [end for each in asked for end in steps.answer(each, sampling=drawn)]
        together = steps.answer(*asked, sampling=drawn)
    assert texts(together) == texts(alone)
    assert len(set(texts(alone))) == 4


async def test_a_cached_prompt_is_answered_as_a_new_one(model):
    drawn = Sampling(seed=1, max_tokens=200)
    new, cached = [await model.reply(said("baba beba " * 100), drawn, conversation="cached") for _ in range(2)]
    assert cached.text == new.text


def test_eight_at_once_get_what_each_gets_alone(random_gguf):
    asked = [("", f"{word} caba" * 3) for word in ("ba", "be", "bi", "bo", "bu", "ca", "ce", "ci")]
    with stepping(described(random_gguf, slots=8)) as steps:
        alone = [end for each in asked for end in steps.answer(each)]
        together = steps.answer(*asked)
    assert texts(together) == texts(alone)
    assert len(set(texts(alone))) == 8


def test_scattered_slots_do_not_disturb_each_other(random_gguf):
    """Idle slots between busy ones read a token with them, then forget it."""
    asked = [(name, f"{word} caba") for name, word in (("a", "ba"), ("b", "be"), ("c", "bi"), ("d", "bo"))]
    with stepping(described(random_gguf, slots=4)) as steps:
        steps.answer(*asked)
        outer = steps.answer(asked[0], asked[3])
        inner = [*steps.answer(asked[1]), *steps.answer(asked[2])]
    with stepping(described(random_gguf, slots=1)) as alone:
        expected = [*alone.answer(asked[0]), *alone.answer(asked[3]), *alone.answer(asked[1]), *alone.answer(asked[2])]
    assert texts([*outer, *inner]) == texts(expected)
    assert len(set(texts(expected))) == 4


@pytest.mark.parametrize(("exact", "least"), [(True, 2), (False, 1)])
def test_a_token_is_read_alone_only_if_replies_need_not_be_exact(random_gguf, monkeypatch, exact, least):
    with stepping(described(random_gguf, exact=exact)) as steps:
        sizes: list[int] = []
        read = steps.runtime.read

        def read_and_count(rows):
            sizes.append(len(rows))
            return read(rows)

        monkeypatch.setattr(steps.runtime, "read", read_and_count)
        steps.answer(("a", "baba bebe"))
    assert min(sizes) == least


def test_busy_slots_are_brought_together_and_every_history_stays_cached(random_gguf):
    asked = {name: (name, f"baba bebe {name} " * 10) for name in ("a", "b", "c", "d")}
    with stepping(described(random_gguf, slots=4)) as steps:
        alone = [end for each in asked.values() for end in steps.answer(each)]
        before = steps.batcher.statistics
        outer = steps.answer(asked["a"], asked["d"])
        inner = [*steps.answer(asked["b"]), *steps.answer(asked["c"])]
        after = steps.batcher.statistics
    assert after.exchanges - before.exchanges == 1
    assert after.read_tokens - before.read_tokens == 4
    assert texts([outer[0], *inner, outer[1]]) == texts(alone)


def test_a_slot_that_cannot_be_moved_is_read_again(random_gguf, monkeypatch):
    asked = [(name, "baba bebe") for name in ("a", "b", "c", "d")]
    with stepping(described(random_gguf, slots=4)) as steps:
        expected = [text for each in asked for text in texts(steps.answer(each))]
        runtime = steps.runtime
        monkeypatch.setattr(runtime, "exchange", lambda one, other: not (runtime.cut(one, 0) and runtime.cut(other, 0)))
        assert texts(steps.answer(asked[0], asked[3])) == expected[:2]
        assert texts(steps.answer(asked[1])) == expected[1:2]


def test_idle_slots_do_not_fill_up_with_what_they_read_for_others(random_gguf):
    one, idle, three = ((name, "baba " * 300) for name in ("one", "idle", "three"))
    with stepping(described(random_gguf, slots=3, context=512)) as steps:
        for each in (one, idle, three):
            steps.answer(each, sampling=Sampling(max_tokens=1))
        ends = steps.answer(one, three, sampling=Sampling(temperature=0, max_tokens=200))
        before = steps.batcher.statistics.reused_tokens
        (again,) = steps.answer(idle)
        reused = steps.batcher.statistics.reused_tokens - before
    assert [end.completion_tokens for end in ends if isinstance(end, Reply)] == [200, 200]
    assert isinstance(again, Reply)
    assert reused + 1 == again.prompt_tokens


async def test_a_second_turn_reads_only_what_is_new(model, random_gguf):
    history = said("baba bebe bibi " * 20)
    first = await model.reply(history, GREEDY, conversation="one")
    history += [Message("assistant", first.text), Message("user", "caca")]
    before = model.statistics
    second = await model.reply(history, GREEDY, conversation="one")
    read = model.statistics.read_tokens - before.read_tokens

    assert read == second.prompt_tokens - (first.prompt_tokens + first.completion_tokens - 1)
    with stepping(described(random_gguf)) as fresh:
        assert texts(fresh.answer(("", history))) == [second.text]


async def test_a_conversation_finds_its_own_slot_among_others(model):
    for name in ("one", "two", "three"):
        await model.reply(said(f"baba bebe {name} " * 10), GREEDY, conversation=name)
    before = model.statistics
    again = await model.reply(said("baba bebe two " * 10), GREEDY, conversation="two")
    assert model.statistics.reused_tokens - before.reused_tokens == again.prompt_tokens - 1


@pytest.mark.parametrize(("flash_attention", "copied"), [(True, PIECE), (False, 165)])
def test_a_long_common_beginning_is_copied_from_another_conversation(random_gguf, flash_attention, copied):
    """Flash attention makes the result depend on how a prompt is divided: then only whole pieces are copied."""
    spec = described(random_gguf, flash_attention=flash_attention)
    system = Message("system", "baba bebe bibi bobo " * 40)
    asked = [("one", [system, *said("caca")]), ("two", [system, *said("cece")])]
    with stepping(spec) as steps:
        ends = [end for each in asked for end in steps.answer(each)]
        counted = steps.batcher.statistics
    assert counted.copied_tokens == copied
    assert counted.read_tokens == sum(end.prompt_tokens or 0 for end in ends if isinstance(end, Reply)) - copied

    with stepping(spec) as fresh:
        assert texts(fresh.answer(asked[1])) == texts(ends[1:])


@pytest.mark.parametrize(("flash_attention", "shared"), [(True, PIECE), (False, 150)])
def test_a_beginning_that_several_requests_share_is_read_once(random_gguf, flash_attention, shared):
    asked = [(name, "baba bebe bibi " * 50 + f"{name} caca") for name in ("ba", "be", "bi", "bo")]
    with stepping(described(random_gguf, flash_attention=flash_attention)) as steps:
        together = steps.answer(*asked)
        counted = steps.batcher.statistics
    with stepping(described(random_gguf, slots=1, flash_attention=flash_attention)) as steps:
        alone = [end for each in asked for end in steps.answer(each)]
    assert texts(together) == texts(alone)
    assert counted.copied_tokens >= 3 * shared
    assert counted.read_tokens + counted.copied_tokens == sum(
        end.prompt_tokens or 0 for end in alone if isinstance(end, Reply)
    )


def test_who_waits_for_a_shared_beginning_reads_it_if_the_other_is_cancelled(random_gguf):
    asked = [(name, "baba bebe bibi " * 100 + f"{name} caca") for name in ("ba", "be")]
    with stepping(described(random_gguf)) as steps:
        (expected,) = texts(steps.answer(asked[1]))
    with stepping(described(random_gguf)) as steps:
        first, second = steps.admit(*asked)
        steps.batcher.listen()
        first.is_cancelled = True
        steps.batcher.drop_cancelled()
        assert texts([steps.finish(second)]) == [expected]


async def test_the_slot_of_an_ended_conversation_is_the_first_to_be_taken(random_gguf):
    model = load(described(random_gguf, slots=2))
    for name in ("going on", "over"):
        await model.reply(said(f"baba bebe {name} " * 10), GREEDY, conversation=name)
    model.forget("over")
    await model.reply(said("caca " * 20), GREEDY, conversation="new")
    before = model.statistics
    again = await model.reply(said("baba bebe going on " * 10), GREEDY, conversation="going on")
    after = model.statistics
    await model.close()
    assert after.reused_tokens - before.reused_tokens + 1 == again.prompt_tokens


async def test_a_closed_stream_frees_its_slot_within_a_few_steps(narrow_model):
    model = narrow_model
    before = model.statistics.generated_tokens
    async with aclosing(model.stream(said("baba"), Sampling(max_tokens=400))) as stream:
        await anext(stream)
        assert model.statistics.busy == 1
    reply = await model.reply(said("caca"), GREEDY)
    generated = model.statistics.generated_tokens - before
    assert generated - (reply.completion_tokens or 0) < 100


async def test_a_cancelled_reply_leaves_a_cache_that_can_be_continued(model, random_gguf):
    prompt = said("baba bebe bibi bobo " * 110)
    task = asyncio.create_task(model.reply(prompt, Sampling(max_tokens=60), conversation="one"))
    await model.reply(
        said("baba"), Sampling(max_tokens=1), conversation="other"
    )  # meanwhile the long prompt is being read
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    continued = await model.reply(prompt, GREEDY, conversation="one")

    with stepping(described(random_gguf)) as fresh:
        assert texts(fresh.answer(("", prompt))) == [continued.text]


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


async def test_a_request_cancelled_in_the_queue_never_runs(narrow_model):
    model = narrow_model
    before = model.statistics.generated_tokens
    running = asyncio.create_task(model.reply(said("baba"), Sampling(max_tokens=200)))
    await until(lambda: model.statistics.busy == 1)
    waiting = asyncio.create_task(model.reply(said("caca"), Sampling(max_tokens=200)))
    await until(lambda: model.statistics.waiting == 1)
    waiting.cancel()
    await running
    last = await model.reply(said("cece"), GREEDY)
    generated = model.statistics.generated_tokens - before
    assert generated - 200 == last.completion_tokens


def test_a_batch_that_cannot_be_read_ends_only_its_requests(random_gguf, monkeypatch):
    with stepping(described(random_gguf)) as steps:
        steps.answer(("", "baba"))
        monkeypatch.setattr(steps.runtime, "read", lambda rows: 1)
        (failed,) = steps.answer(("", "baba"))
        assert isinstance(failed, BackendError)
        assert "could not read a batch (code 1)" in str(failed)
        monkeypatch.undo()
        before = steps.batcher.statistics
        (again,) = steps.answer(("", "baba"))
        assert isinstance(again, Reply)
        assert steps.batcher.statistics.reused_tokens == before.reused_tokens
