"""Conversion of messages to token ids, so that no one can type a control token, and of token ids to text, piece by piece."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, load_template, opened_thought, render, without_swallowed_space
from dialogue.messages import Message, Speaking
from dialogue.model_config import ModelSpec
from dialogue.thought_events import Opened


class ChatTokens:
    """The tokenizer of a model, with its chat template.

    The tokens are those of the whole rendered prompt, except that the texts of people and models are always plain text. So
    plain parts are tokenised by copies of the tokenizer without added tokens, except those for white space. The first part
    of a prompt has a separate copy, because SentencePiece vocabularies put a space only before the first word of a text.
    """

    def __init__(self, tokenizer: Any, template: str) -> None:
        backend: Tokenizer = tokenizer.backend_tokenizer
        added = backend.get_added_tokens_decoder().items()
        self._backend = backend
        special = dict(tokenizer.special_tokens_map)
        bos, eos = special.pop("bos_token", ""), special.pop("eos_token", "")
        self._template = ChatTemplate(template, bos, eos, tuple(special.items()))
        self._controls = {token.content: index for index, token in added if not token.content.isspace()}
        self._swallow_before = {token.content for _, token in added if token.lstrip}
        self._swallow_behind = {token.content for _, token in added if token.rstrip}
        self._first = _plain_copy(backend, is_first=True)
        self._later = _plain_copy(backend, is_first=False)

    def prompt(self, messages: Sequence[Message], today: date | None = None, role: Speaking = "assistant") -> list[int]:
        """Return the ids of the rendered prompt. Only the template adds begin tokens."""
        parts = render(self._template, messages, control_tokens=self._controls, today=today, role=role)
        ids: list[int] = []
        for part in without_swallowed_space(parts, before=self._swallow_before, behind=self._swallow_behind):
            ids += [self._controls[part.text]] if part.is_control else self.plain(part.text, is_first=not ids)
        return ids

    def opened_thought(self, messages: Sequence[Message], role: Speaking = "assistant") -> Opened | None:
        """Return the thought in which the prompt for ``messages`` ends."""
        return opened_thought(self._template, messages, role)

    def control(self, token: str) -> int | None:
        """Return the id of a control token, None if the vocabulary has no such token."""
        return self._controls.get(token)

    def count(self, text: str) -> int:
        """Return the number of tokens of ``text`` in the middle of a prompt."""
        return len(self.plain(text))

    def text(self) -> "AnswerText":
        """Return a reader for one answer's tokens."""
        return AnswerText(self._backend)

    def plain(self, text: str, is_first: bool = False) -> list[int]:
        """Return the ids of ``text`` as part of a prompt, in which nothing is a control token."""
        copy = self._first if is_first else self._later
        ids: list[int] = copy.encode(text, add_special_tokens=False).ids
        return ids


class AnswerText:
    """Turns arriving tokens into text without splitting a character.

    Control tokens other than the end are shown as text: some models have one for ``[INST]``, at which a self-reply is
    cut. A character that is incomplete at the end of the answer is left out.
    """

    def __init__(self, backend: Tokenizer) -> None:
        self._backend = backend
        self._stream = DecodeStream(skip_special_tokens=False)

    def add(self, token: int) -> str:
        """Return the text that ``token`` completes, if any."""
        return self._stream.step(self._backend, token) or ""


def chat_template(spec: ModelSpec, tokenizer: Any) -> str:
    """Return the source of the template that ``spec`` names. Raises ModelMisconfigured if the model has none."""
    if spec.template != "own":
        return load_template(spec.template)
    try:
        source: str = tokenizer.get_chat_template()
    except ValueError as error:
        raise ModelMisconfigured(f"Model {spec.name!r} has no chat template. Name one as its `template`.") from error
    return source


def _plain_copy(backend: Tokenizer, *, is_first: bool) -> Tokenizer:
    """Return the same tokenizer without control tokens."""
    source = json.loads(backend.to_str())
    source["added_tokens"] = [token for token in source["added_tokens"] if token["content"].isspace()]
    source |= {"post_processor": None, "truncation": None, "padding": None}
    if not is_first:
        _never_prepend(source["pre_tokenizer"])
    return Tokenizer.from_str(json.dumps(source))


def _never_prepend(pre_tokenizer: dict[str, Any] | None) -> None:
    """Change the pre-tokenizer, which may be part of a sequence, so that it adds no space before a text's first word."""
    for step in (pre_tokenizer or {}).get("pretokenizers", [pre_tokenizer or {}]):
        if step.get("prepend_scheme") == "first":
            step["prepend_scheme"] = "never"
