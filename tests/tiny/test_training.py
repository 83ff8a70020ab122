"""A few training steps at a small size, and the written file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from gguf import GGUFReader

from dialogue.messages import Message
from tiny.build import MODEL, build
from tiny.corpus.documents import Mixture, generate
from tiny.network import Llama, Shape
from tiny.tokenizer import TEMPLATE, Tokens, train_tokenizer
from tiny.train import Schedule, target_weights, train

MINUSCULE = Shape(vocabulary=400, hidden=32, layers=1, heads=2, feed_forward=48, context=2048)
MIXTURE = Mixture(1, 1, 1, 0, 0, 1, 4)
LARGEST = 15_000_000


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads wait for each other at every step of a network so small, and sum its numbers in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def field(reader: GGUFReader, name: str) -> object:
    return reader.fields[name].contents()


def test_training_lowers_the_loss_on_a_repeated_dialogue():
    messages = [Message("user", "hi"), Message("assistant", "Hello, what can I do for you?")]
    tokenizer = train_tokenizer([messages] * 2, MINUSCULE.vocabulary)
    document = tokenizer.encode(messages)
    shape = Shape(tokenizer.bpe.get_vocab_size(), 32, 1, 2, 48)
    network = train([document] * 200, shape, Schedule(batch_tokens=64, warm_up=1))
    ids = torch.tensor([document.ids])
    guessed = network.logits(network(ids)).argmax(-1)[0, :-1]
    is_answer = torch.tensor(document.is_answer[1:])
    assert (guessed == ids[0, 1:])[is_answer].float().mean() > 0.9


def test_the_start_of_an_answer_counts_most_and_few_tokens_of_a_prompt_count_at_all():
    schedule = Schedule(prompt_weight=0.5, prompt_stride=2, start_weight=3.0, start_length=2)
    tokens = Tokens([0] * 9, [False, False, True, True, True, False, False, True, True])
    assert target_weights(tokens, schedule).tolist() == [0.5, 0.0, 3.0, 3.0, 1.0, 0.0, 0.5, 3.0, 3.0]


def test_a_later_token_never_changes_an_earlier_state():
    network = Llama(MINUSCULE)
    ids = torch.randint(0, 400, (1, 12))
    changed = ids.clone()
    changed[0, -1] = (ids[0, -1] + 1) % 400
    assert torch.allclose(network(ids)[0, :-1], network(changed)[0, :-1], atol=1e-6)


def test_a_build_writes_a_llama_with_its_template(tmp_path: Path):
    build(tmp_path / "small.gguf", MINUSCULE, MIXTURE, Schedule())
    reader = GGUFReader(tmp_path / "small.gguf")
    assert field(reader, "general.architecture") == "llama"
    assert field(reader, "llama.block_count") == 1
    assert "output.weight" not in {tensor.name for tensor in reader.tensors}


def test_two_builds_are_the_same_file(tmp_path: Path):
    files = [tmp_path / "first.gguf", tmp_path / "second.gguf"]
    for file in files:
        build(file, MINUSCULE, MIXTURE, Schedule())
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_shipped_model_is_small_and_brings_its_template():
    reader = GGUFReader(MODEL)
    assert MODEL.stat().st_size <= LARGEST
    assert field(reader, "general.architecture") == "llama"
    assert field(reader, "tokenizer.chat_template") == TEMPLATE
    assert field(reader, "llama.context_length") == 2048


def test_the_shipped_tokenizer_cuts_text_as_in_training():
    from llama_cpp import Llama as Engine

    engine = Engine(str(MODEL), vocab_only=True, verbose=False)
    vocabulary = {engine.detokenize([token], special=True) for token in range(engine.n_vocab())}
    assert {b"[INST]", b"[/INST]", b"<<SYS>>", b"<</SYS>>", b"<s>", b"</s>"} <= vocabulary
    texts = [message.content for messages in generate(MIXTURE) for message in messages]
    assert all(engine.detokenize(engine.tokenize(text.encode(), add_bos=False)) == text.encode() for text in texts)
