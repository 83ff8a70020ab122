"""A model run by transformers: concurrent answers, cached conversations, errors that say what to do."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import pytest_asyncio
from transformers import AutoModelForCausalLM, AutoTokenizer

from dialogue.backends.base import BackendError, ChatModel, ContextFull, ModelMisconfigured, Sampling
from dialogue.backends.transformers import examine, load
from dialogue.backends.transformers.engine import Answer, Engine, Event
from dialogue.backends.transformers.sampling import Dice
from dialogue.messages import Message
from tests.dialogue.backends.random_folders import BABBLE, WORDS, spec_of, write_folder

GREEDY = Sampling(temperature=0, max_tokens=20)


def ask(text: str = "baba") -> list[Message]:
    return [Message("user", text)]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "words", WORDS)


@pytest.fixture(scope="module")
def babble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "babble", BABBLE)


@pytest_asyncio.fixture
async def model(words: Path) -> AsyncIterator[ChatModel]:
    model = load(spec_of(words, slots=4))
    yield model
    await model.close()


async def test_a_greedy_answer_is_what_the_library_itself_generates(model: ChatModel, words: Path) -> None:
    tokenizer, bare = AutoTokenizer.from_pretrained(words), AutoModelForCausalLM.from_pretrained(words)
    history = [{"role": "user", "content": "baba bebe"}]
    inputs = tokenizer.apply_chat_template(history, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    expected = bare.generate(**inputs, do_sample=False, max_new_tokens=20)[0, inputs["input_ids"].shape[1] :]
    reply = await model.reply(ask("baba bebe"), GREEDY)
    assert reply.text == tokenizer.decode(expected)
    assert (reply.prompt_tokens, reply.completion_tokens) == (inputs["input_ids"].shape[1], 20)


async def test_an_answer_does_not_depend_on_its_company(model: ChatModel) -> None:
    settings = [Sampling(seed=seed, max_tokens=10 + seed) for seed in range(9)]
    together = await asyncio.gather(*(model.reply(ask("baba " * seed.seed), seed) for seed in settings))
    apart = [await model.reply(ask("baba " * seed.seed), seed) for seed in settings]
    assert [reply.text for reply in together] == [reply.text for reply in apart]
    assert len({reply.text for reply in together}) == 9


async def test_a_remembered_conversation_answers_as_a_new_one_would(model: ChatModel) -> None:
    history = ask()
    for turn in range(3):
        remembered, fresh = await asyncio.gather(
            model.reply(history, GREEDY, conversation="c1"), model.reply(history, GREEDY)
        )
        assert remembered.text == fresh.text
        history = [*history, Message("assistant", fresh.text), Message("user", f"bebe {turn}")]


async def test_a_conversation_that_changed_its_past_is_read_again(model: ChatModel) -> None:
    await model.reply(ask("baba bebe bibi"), GREEDY, conversation="c1")
    remembered = await model.reply(ask("baba bobo"), GREEDY, conversation="c1")
    assert remembered.text == (await model.reply(ask("baba bobo"), GREEDY)).text


async def test_more_conversations_than_slots_take_turns(model: ChatModel) -> None:
    replies = await asyncio.gather(*(model.reply(ask(), GREEDY, conversation=f"c{n}") for n in range(10)))
    assert len({reply.text for reply in replies}) == 1


async def test_closing_a_stream_frees_its_slot_at_once(words: Path) -> None:
    model = load(spec_of(words, slots=1))
    some = await model.reply(ask(), Sampling(max_tokens=1000))
    stream = model.stream(ask(), Sampling(max_tokens=2000))
    async with aclosing(stream):
        await anext(stream)
    after = await model.reply(ask(), Sampling(max_tokens=1))
    assert after.seconds < some.seconds, "it waited for tokens that are not needed"
    await model.close()


def test_a_cancelled_answer_gets_no_further_token(words: Path) -> None:
    engine = Engine(AutoModelForCausalLM.from_pretrained(words), name="tiny", ends=frozenset(), slots=2)

    def cancel(event: Event) -> None:
        answer.is_cancelled = True

    answer = Answer([1, 2, 3], Dice.of(GREEDY), 500, "", cancel)
    engine.submit(answer)
    assert _end_of_an_answer(engine) == "length"
    engine.close()
    assert answer.said == 1


async def test_cancelling_a_waiting_reply_takes_it_out_of_the_queue(words: Path) -> None:
    model = load(spec_of(words, slots=1))
    under_way = model.stream(ask(), Sampling(max_tokens=2000))
    await anext(under_way)
    waiting = asyncio.create_task(model.reply(ask(), Sampling(max_tokens=2000)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await under_way.aclose()
    reply = await asyncio.wait_for(model.reply(ask(), GREEDY), timeout=60)
    assert reply.completion_tokens == 20
    await model.close()


async def test_closing_the_model_ends_replies_under_way_and_waiting(words: Path) -> None:
    model = load(spec_of(words, slots=1))
    asking = [asyncio.create_task(model.reply(ask(), Sampling(max_tokens=2000))) for _ in range(3)]
    await asyncio.sleep(0.1)
    await model.close()
    ends = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), timeout=60)
    assert [type(end) for end in ends] == [BackendError] * 3
    assert "has been closed" in str(ends[0])


async def test_an_end_token_ends_the_answer_unsaid(babble: Path) -> None:
    model = load(spec_of(babble))
    replies = await asyncio.gather(*(model.reply(ask(), Sampling(seed=seed, max_tokens=300)) for seed in range(16)))
    ended = [reply for reply in replies if reply.stop_reason == "stop"]
    assert ended
    assert all((reply.completion_tokens or 0) < 300 and not reply.text.endswith("</s>") for reply in ended)
    await model.close()


async def test_bytes_that_are_no_text_still_stream_as_what_the_reply_holds(babble: Path) -> None:
    model = load(spec_of(babble))
    stream = model.stream(ask(), Sampling(seed=5, temperature=5, max_tokens=200))
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert "".join(map(str, pieces)) == stream.reply.text
    assert stream.reply.text.isprintable() is False
    await model.close()


async def test_an_answer_gets_what_room_remains(words: Path) -> None:
    model = load(spec_of(words, context=128))
    reply = await model.reply(ask(), Sampling(max_tokens=1000))
    assert (reply.prompt_tokens or 0) + (reply.completion_tokens or 0) == 128
    assert reply.stop_reason == "length"
    await model.close()


async def test_a_history_without_room_for_an_answer_is_refused(words: Path) -> None:
    model = load(spec_of(words, context=128))
    with pytest.raises(ContextFull, match="no longer fits the 128 tokens of 'tiny'"):
        await model.reply(ask("baba " * 70), Sampling(max_tokens=1000))
    assert (await model.reply(ask("baba " * 70), Sampling(max_tokens=10))).completion_tokens == 10
    await model.close()


async def test_the_context_is_never_larger_than_the_models(words: Path) -> None:
    model = load(spec_of(words, context=100_000))
    with pytest.raises(ContextFull, match="2048 tokens"):
        await model.reply(ask("baba " * 2048), GREEDY)
    await model.close()


class BrokenDevice:
    """A model on a device that fails with torch's errors, one in each of the first steps, and then works again."""

    def __init__(self, model: Any, *errors: Exception) -> None:
        self.device = model.device
        self._model = model
        self._errors = list(errors)

    def __call__(self, **inputs: Any) -> Any:
        if self._errors:
            raise self._errors.pop(0)
        return self._model(**inputs)


def test_a_failing_device_fails_the_answers_under_way_only(words: Path) -> None:
    broken = BrokenDevice(AutoModelForCausalLM.from_pretrained(words), RuntimeError("CUDA error.\nMore about it."))
    engine = Engine(broken, name="tiny", ends=frozenset(), slots=2)
    ends = [_end_of_an_answer(engine) for _ in range(2)]
    engine.close()
    assert str(ends[0]) == "Model 'tiny' failed (CUDA error). Try again later."
    assert ends[1] == "length"


def _end_of_an_answer(engine: Engine) -> Event:
    events: SimpleQueue[Event] = SimpleQueue()
    engine.submit(Answer([1, 2, 3], Dice.of(GREEDY), 2, "", events.put))
    while isinstance(event := events.get(timeout=60), int):
        pass
    return event


def test_nothing_heavy_is_imported_before_a_model_is_needed() -> None:
    check = (
        "import sys, dialogue.backends.registry, dialogue.backends.transformers;"
        "print({'torch', 'transformers', 'openai', 'llama_cpp'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["no/where", "nowhere", "/no/where"])
def test_a_model_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelMisconfigured, match=f"no files at '{name}'"):
        load(spec_of(Path(name)))
    with pytest.raises(ModelMisconfigured, match=f"no files at '{name}'"):
        examine(spec_of(Path(name)))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"device": "cuda:99"}, "cannot run on 'cuda:99' here"),
        ({"device": "abacus"}, "cannot run on 'abacus' here"),
        ({"device": "cuda:first"}, "cannot run on 'cuda:first' here: PyTorch finds no GPUs. Set `device`"),
        ({"dtype": "int3"}, "no dtype 'int3'"),
        (
            {"attention": "flash_attention_2"},
            "cannot use the attention 'flash_attention_2' here: it needs a GPU. Remove",
        ),
        ({"template": "none"}, "no chat template 'none'"),
    ],
)
def test_a_wrong_setting_is_named(words: Path, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModelMisconfigured, match=sentence):
        load(spec_of(words, **settings))


def test_an_unknown_architecture_is_named(words: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "abacus"}))
    for file in words.glob("tokenizer*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ModelMisconfigured, match=r"cannot be loaded by transformers: .*abacus"):
        load(spec_of(tmp_path))


def test_the_memory_is_that_of_the_weights_and_of_the_histories(words: Path) -> None:
    health = examine(spec_of(words, slots=3))
    weights = (words / "model.safetensors").stat().st_size
    assert health.is_ok
    assert health.memory == weights + 3 * 2048 * (2 * WORDS.layers * WORDS.hidden * 4)


def test_a_model_whose_histories_do_not_fit_is_not_healthy(words: Path) -> None:
    health = examine(spec_of(words, slots=10**9))
    assert not health.is_ok
    assert "Lower `slots` or `context`, choose a smaller model." in health.sentence


def test_a_model_whose_weights_do_not_fit_is_refused_before_they_are_read(words: Path, tmp_path: Path) -> None:
    shutil.copytree(words, tmp_path, dirs_exist_ok=True)
    os.truncate(tmp_path / "model.safetensors", 2**42)  # a hole, which occupies nothing
    with pytest.raises(ModelMisconfigured, match="Set `dtype` to a smaller format, choose a smaller model"):
        load(spec_of(tmp_path))


async def test_the_way_a_model_runs_is_shown_before_and_after_it_is_loaded(words: Path) -> None:
    assert "free. cpu, float32, attention sdpa." in examine(spec_of(words)).sentence
    model = load(spec_of(words, slots=3, dtype="bfloat16", attention="eager"))
    assert (model.engine, model.capacity) == ("cpu, bfloat16, attention eager", 3)
    await model.close()


async def test_every_way_of_computing_attention_gives_the_same_answers(words: Path) -> None:
    texts = set()
    for attention in ("sdpa", "eager"):
        model = load(spec_of(words, attention=attention))
        replies = await asyncio.gather(*(model.reply(ask("baba " * length), GREEDY) for length in (1, 7, 30)))
        texts.add(tuple(reply.text for reply in replies))
        await model.close()
    assert len(texts) == 1
