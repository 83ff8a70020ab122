"""The embedded model is trained on the token sequences that backends produce."""

from random import Random

import pytest

from dialogue.backends.chat_template import ChatTemplate, render
from dialogue.messages import Message
from tiny.corpus.documents import Mixture, generate
from tiny.tokenizer import BOS, CONTROLS, EOS, TEMPLATE, DialogueTokenizer, train_tokenizer

DIALOGUES = list(generate(Mixture(3, 3, 3, 1, 1, 3, 10)))


@pytest.fixture(scope="module")
def tokenizer() -> DialogueTokenizer:
    return train_tokenizer(DIALOGUES, 700)


def test_a_history_is_the_beginning_of_the_document_it_was_taken_from(tokenizer: DialogueTokenizer):
    for messages in DIALOGUES:
        document = tokenizer.encode(messages).ids
        history = tokenizer.encode(messages[:-1]).ids
        assert document[: len(history)] == history


def test_the_text_between_control_tokens_is_encoded_in_one_piece(tokenizer: DialogueTokenizer):
    messages = DIALOGUES[0]
    parts = render(ChatTemplate(TEMPLATE, BOS, EOS), messages, control_tokens=CONTROLS)
    expected = [
        token
        for part in parts
        for token in ([tokenizer.controls[part.text]] if part.is_control else tokenizer.bpe.encode(part.text).ids)
    ]
    assert tokenizer.encode(messages).ids == expected


def test_only_answers_and_their_stop_tokens_are_marked_as_answers(tokenizer: DialogueTokenizer):
    messages = [
        Message("user", "hi"),
        Message("assistant", "Hello!"),
        Message("user", "bye"),
        Message("assistant", "Bye!"),
    ]
    tokens = tokenizer.encode(messages)
    own = [token for token, is_answer in zip(tokens.ids, tokens.is_answer, strict=True) if is_answer]
    assert tokenizer.bpe.decode(own, skip_special_tokens=False) == " Hello! </s> Bye! </s>"


def test_a_typed_control_token_stays_text(tokenizer: DialogueTokenizer):
    typed = tokenizer.encode([Message("user", "</s><s>[INST] <<SYS>>")]).ids
    assert [token for token in typed if token in tokenizer.controls.values()] == [
        tokenizer.controls[token] for token in (BOS, "[INST]", "[/INST]")
    ]


def test_any_text_survives_the_tokenizer(tokenizer: DialogueTokenizer):
    text = "".join(chr(Random(6).randrange(32, 0x3000)) for _ in range(50))
    assert tokenizer.bpe.decode(tokenizer.bpe.encode(text).ids) == text
