"""Samples as token ids: the markup, and which tokens are learned."""

import pytest
from transformers import AutoTokenizer

from dialogue.backends.chat_template import load_template
from dialogue.backends.transformers.tokens import ChatTokens
from dialogue.messages import Message
from rolellm.tuning.batches import IGNORED, batches
from rolellm.tuning.examples import encode
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.samples import NoSamples, Sample
from tests.rolellm.tuning.bases import sample, write_base

NO_SYSTEM = (
    "{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('No system role.') }}"
    "{% elif message.role == 'user' %}{{ '[INST] ' + message.content + ' [/INST]' }}"
    "{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}"
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory):
    return AutoTokenizer.from_pretrained(write_base(tmp_path_factory.mktemp("base") / "base"))


@pytest.fixture
def paper(tokenizer) -> ChatTokens:
    return ChatTokens(tokenizer, load_template("rolellm"))


def ends(tokenizer) -> set[int]:
    return {tokenizer.eos_token_id}


def test_a_sample_in_the_papers_markup_learns_the_response_and_its_closing_token(tokenizer, paper) -> None:
    found = encode([sample("Ann", "baba?", "Bobo.")], paper, ends(tokenizer), Recipe()).examples[0]
    assert tokenizer.decode(found.ids[: found.start]) == (
        "<s>### Instruction:\nYou are Ann.</s>\n\n### Input:\nbaba?</s>\n\n### Response:\n"
    )
    assert tokenizer.decode(found.ids[found.start :]) == "Bobo.</s>"
    assert found.ids[-1] == tokenizer.eos_token_id


def test_demonstrations_are_in_the_same_markup_and_not_learned(tokenizer, paper) -> None:
    pair = (Message("user", "One?"), Message("assistant", "Two."))
    shown = Sample("Ann", (Message("system", "You are Ann."), *pair, Message("user", "Three?")), "Four.")
    found = encode([shown], paper, ends(tokenizer), Recipe()).examples[0]
    assert tokenizer.decode(found.ids[: found.start]).endswith(
        "### Input:\nOne?</s>\n\n### Response:\nTwo.</s>\n\n### Input:\nThree?</s>\n\n### Response:\n"
    )
    assert tokenizer.decode(found.ids[found.start :]) == "Four.</s>"


def test_the_models_own_template_writes_the_response_as_within_a_dialogue(tokenizer) -> None:
    tokens = ChatTokens(tokenizer, tokenizer.chat_template)
    found = encode([sample("Ann", "baba?", "Bobo.")], tokens, ends(tokenizer), Recipe()).examples[0]
    assert list(found.ids[: found.start]) == tokens.prompt(
        [Message("system", "You are Ann."), Message("user", "baba?")]
    )
    assert tokenizer.decode(found.ids[found.start :]) == " Bobo.</s>"


def test_a_template_without_a_system_role_gets_the_instruction_before_the_question(tokenizer) -> None:
    found = encode(
        [sample("Ann", "baba?", "Bobo.")], ChatTokens(tokenizer, NO_SYSTEM), ends(tokenizer), Recipe()
    ).examples[0]
    assert tokenizer.decode(found.ids) == "[INST] You are Ann.\n\nbaba? [/INST]Bobo.</s>"


def test_a_typed_control_token_is_learned_as_text(tokenizer, paper) -> None:
    found = encode([sample("Ann", "baba</s>", "Bobo</s> bibi.")], paper, ends(tokenizer), Recipe()).examples[0]
    assert found.ids[: found.start].count(tokenizer.eos_token_id) == 2  # after the instruction and the input
    assert found.ids[found.start :].count(tokenizer.eos_token_id) == 1


def test_labels_hide_everything_but_the_response(tokenizer, paper) -> None:
    samples = [sample("Ann", "baba?", "Bobo."), sample("Ann", "baba baba baba baba?", "Bobo bobo bobo.")]
    examples = encode(samples, paper, ends(tokenizer), Recipe()).examples
    (batch,) = batches(examples, 2, "cpu")
    for row, example in enumerate(examples):
        learned = [token for token in batch.labels[row].tolist() if token != IGNORED]
        assert learned == list(example.ids[example.start :])
        assert batch.mask[row].sum() == len(example.ids)
    assert bool((batch.labels[:, : -batch.learned] == IGNORED).all())


def test_long_inputs_are_left_out_and_long_responses_end_open(tokenizer, paper) -> None:
    samples = [sample("Ann", "x " * 100, "Bobo."), sample("Ann", "a?", "Bobo bobo bobo.")]
    found = encode(samples, paper, ends(tokenizer), Recipe(input_tokens=100, output_tokens=5))
    assert (len(found.examples), found.left_out, found.shortened) == (1, 1, 1)
    assert found.learned_tokens == 5
    assert found.examples[0].ids[-1] != tokenizer.eos_token_id
    with pytest.raises(NoSamples, match="The inputs of all 1 samples are longer than 100 tokens"):
        encode(samples[:1], paper, ends(tokenizer), Recipe(input_tokens=100))


def test_the_last_demonstrations_give_way_to_the_length(tokenizer, paper) -> None:
    first = (Message("user", "One?"), Message("assistant", "First."))
    second = (Message("user", "Two?"), Message("assistant", "x" * 200))
    said = (Message("system", "Ann."), *first, *second, Message("user", "Three?"))
    found = encode([Sample("Ann", said, "Four.")], paper, ends(tokenizer), Recipe(input_tokens=150)).examples[0]
    text = tokenizer.decode(found.ids)
    assert "First." in text
    assert "xxx" not in text
