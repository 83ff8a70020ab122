"""The embedded model's byte-level BPE, and the token sequence of a dialogue."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from dialogue.backends.chat_template import ChatTemplate, load_template, render
from dialogue.messages import Message

BOS, EOS = "<s>", "</s>"
CONTROLS = ("<unk>", BOS, EOS, "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>")
TEMPLATE = load_template("llama-2")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A dialogue as token ids; ``is_answer`` marks the tokens that the model must generate, including the end token."""

    ids: list[int]
    is_answer: list[bool]


class DialogueTokenizer:
    """Encode dialogues exactly as a backend does at run time: plain text in pieces, control tokens by name."""

    def __init__(self, bpe: Tokenizer) -> None:
        self.bpe = bpe
        vocabulary = bpe.get_vocab()
        self.controls = {token: vocabulary[token] for token in CONTROLS}
        self._encode_plain = lru_cache(maxsize=20_000)(self._encode)

    def encode(self, messages: Sequence[Message]) -> Tokens:
        """Return the tokens of ``messages`` as the chat template renders them."""
        ids: list[int] = []
        marks: list[bool] = []
        is_answer = False
        for part in render(ChatTemplate(TEMPLATE, BOS, EOS), messages, control_tokens=CONTROLS):
            piece = (self.controls[part.text],) if part.is_control else self._encode_plain(part.text)
            ids += piece
            marks += [is_answer] * len(piece)
            is_answer = part.text == "[/INST]" if part.is_control else is_answer
        return Tokens(ids, marks)

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.bpe.encode(text, add_special_tokens=False).ids)


def train_tokenizer(dialogues: Iterable[Sequence[Message]], size: int) -> DialogueTokenizer:
    """Train a BPE of ``size`` tokens on the plain text of ``dialogues``, split as in GPT-2, which llama.cpp supports."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(CONTROLS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator((f" {message.content} " for messages in dialogues for message in messages), trainer)
    return DialogueTokenizer(_without_added_tokens(bpe))


def _without_added_tokens(bpe: Tokenizer) -> Tokenizer:
    """Return the same vocabulary, but encode a typed "[INST]" as text: control tokens are looked up, never parsed."""
    data: dict[str, Any] = json.loads(bpe.to_str())
    data["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(data))
