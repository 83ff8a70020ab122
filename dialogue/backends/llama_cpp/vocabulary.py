"""Conversion of text to tokens and back for one model."""

import codecs
import ctypes
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, Part, opened_thought, render, without_swallowed_space
from dialogue.backends.llama_cpp.library import llama
from dialogue.messages import Message, Speaking
from dialogue.thought_events import Opened
from dialogue.thought_marks import CHANNELS, MARKS, SHARED

_SPACE = " \t\n\v\f\r"  # the library's white space
_OTHERS = {
    "unk_token": "unknown",
    "sep_token": "seperator",  # spelt like this in the format
    "pad_token": "padding",
    "cls_token": "cls",
    "mask_token": "mask",
}
"""Tokens that a template may write besides the begin and end tokens: names in templates, and in the file."""
_BREAK = "\udfff"  # not a character, so it occurs in no text


class Vocabulary:
    """The tokens of a loaded model. Any thread may read it while the model is loaded."""

    def __init__(self, model: int) -> None:
        self.handle = llama.llama_model_get_vocab(model)
        found = ((name, _number(model, f"tokenizer.ggml.{key}_token_id")) for name, key in _OTHERS.items())
        self._others = tuple((name, self._name(token)) for name, token in found if token is not None)
        self._pieces: dict[int, bytes] = {}
        self._self_reply_marks: Sequence[str] = ()

    def show(self, marks: Sequence[str]) -> None:
        """Also show the control tokens in ``marks``, at which a self-reply is cut. Call it before reading any answer."""
        self._self_reply_marks = marks

    @cached_property
    def size(self) -> int:
        return int(llama.llama_vocab_n_tokens(self.handle))

    @cached_property
    def controls(self) -> Mapping[str, int]:
        """Return the control tokens by their text. Only a template may write them."""
        tokens = (token for token in range(self.size) if llama.llama_vocab_is_control(self.handle, token))
        return {self._name(token): token for token in tokens}

    @cached_property
    def added(self) -> Mapping[str, int]:
        """Return the visible tokens that the library finds in any text because the model's author marked them as
        user-defined."""
        own = (token for token in range(self.size) if self._attributes(token) & llama.LLAMA_TOKEN_ATTR_USER_DEFINED)
        names = {self._name(token): token for token in own}
        return {name: token for name, token in names.items() if len(name.strip()) > 1}

    @cached_property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end an answer."""
        return frozenset(token for token in range(self.size) if llama.llama_vocab_is_eog(self.handle, token))

    def tokenize(self, text: str) -> list[int]:
        """Return the tokens of plain text, without control tokens and begin token.

        For SentencePiece vocabularies, each call adds the leading space, which whole prompts also have after each control
        token.
        """
        data = text.encode("utf-8", "replace")
        tokens = (llama.llama_token * (len(data) + 1))()
        count = llama.llama_tokenize(self.handle, data, len(data), tokens, len(tokens), False, False)
        return list(tokens[:count])

    def encode(
        self, template: str, messages: Sequence[Message], today: date | None = None, role: Speaking = "assistant"
    ) -> list[int]:
        """Return the prompt for ``messages``, with one begin token if the model wants it.

        For contents without control tokens it equals the library's tokens for the rendered text.
        """
        # Some files mark the template's tokens as user-defined; no one may type those either.
        marks = {name: token for name, token in self.added.items() if name in template}
        written = {**self.controls, **marks}
        parts = render(self.template(template), messages, control_tokens=written.keys(), today=today, role=role)
        attributes = {part.text: self._attributes(written[part.text]) for part in parts if part.is_control}
        stripped = without_swallowed_space(
            parts,
            before={name for name, bits in attributes.items() if bits & llama.LLAMA_TOKEN_ATTR_LSTRIP},
            behind={name for name, bits in attributes.items() if bits & llama.LLAMA_TOKEN_ATTR_RSTRIP},
            space=_SPACE,
        )
        return self._with_begin([token for part in stripped for token in self._part(part, written, marks)])

    def opened_thought(self, template: str, messages: Sequence[Message], role: Speaking = "assistant") -> Opened | None:
        """Return the thought in which the prompt for ``messages`` ends, if any."""
        return opened_thought(self.template(template), messages, role)

    def template(self, source: str) -> ChatTemplate:
        """Return the chat template with the texts of the tokens that it may write."""
        return ChatTemplate(source, self.bos_text, self.eos_text, self._others)

    def piece(self, token: int) -> bytes:
        """Return the bytes that ``token`` adds to a text: part of a character, or nothing for most control tokens."""
        if token not in self._pieces:
            self._pieces[token] = self._read_piece(token)
        return self._pieces[token]

    def _part(self, part: Part, written: Mapping[str, int], marks: Iterable[str]) -> list[int]:
        if part.is_control:
            return [written[part.text]]
        text = part.text
        for mark in marks:
            text = text.replace(mark, mark[0] + _BREAK + mark[1:])
        return [token for piece in text.split(_BREAK) for token in self.tokenize(piece)]

    def _with_begin(self, tokens: list[int]) -> list[int]:
        begin = llama.llama_vocab_bos(self.handle)
        if llama.llama_vocab_get_add_bos(self.handle) and tokens[:1] != [begin]:
            return [begin, *tokens]
        if not tokens:
            raise ModelMisconfigured("The model's chat template renders these messages as an empty prompt. Correct it.")
        return tokens

    @cached_property
    def _shown(self) -> frozenset[str]:
        """Return the control tokens of marks, which are shown so that thoughts and self-replies can be recognised."""
        marks = [*(mark for mark in MARKS.all if self._may_show(mark)), *self._self_reply_marks]
        parts = {name for name in self.controls if name and any(name in mark for mark in marks)}
        return frozenset(
            parts | {name for name in self.controls if any(mark in name for mark in self._self_reply_marks)}
        )

    def _may_show(self, mark: str) -> bool:
        """Return whether a mark denotes a thought or an answer in this vocabulary; in others some marks end a message."""
        return mark not in SHARED or any(token in self.controls or token in self.added for token in CHANNELS)

    @cached_property
    def bos_text(self) -> str:
        return self._name(llama.llama_vocab_bos(self.handle))

    @cached_property
    def eos_text(self) -> str:
        return self._name(llama.llama_vocab_eos(self.handle))

    def _attributes(self, token: int) -> int:
        return int(llama.llama_vocab_get_attr(self.handle, token))

    def _name(self, token: int) -> str:
        if token < 0:  # the model has no such token
            return ""
        return str(llama.llama_vocab_get_text(self.handle, token).decode("utf-8", "replace"))

    def _read_piece(self, token: int) -> bytes:
        if self._name(token) in self._shown:
            return self._name(token).encode()
        buffer = ctypes.create_string_buffer(256)
        length = llama.llama_token_to_piece(self.handle, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama.llama_token_to_piece(self.handle, token, buffer, len(buffer), 0, False)
        return bytes(buffer.raw[:length])


def _number(model: int, key: str) -> int | None:
    """Return a number in the metadata of the model's file, None if it has none of that name."""
    buffer = ctypes.create_string_buffer(32)
    length = llama.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return int(buffer.value) if length > 0 else None


class TextAssembler:
    """Assembles a text from pieces that may end inside a character.

    A character that is incomplete at the end of the answer is left out; invalid bytes become replacement characters.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pieces: list[str] = []

    def add(self, data: bytes) -> str:
        """Return the characters that ``data`` completes."""
        piece = self._decoder.decode(data)
        self._pieces.append(piece)
        return piece

    @property
    def text(self) -> str:
        return "".join(self._pieces)
