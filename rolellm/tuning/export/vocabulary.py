"""The vocabulary of a tokenizer.json in GGUF's words."""

import json
from pathlib import Path
from typing import Any

import gguf

from rolellm.tuning.export.shape import Unexportable

_LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_UNUSED = "[UNUSED%d]"


def add_vocabulary(writer: gguf.GGUFWriter, folder: Path, rows: int, tokenizer: Any) -> None:
    """Add the tokens, merges, special tokens and chat template of the ``tokenizer`` in ``folder``.

    ``rows`` is the number of embeddings: tokens beyond it cannot be said, and rows without a token are unused. Raises
    Unexportable if llama.cpp has no tokenizer that cuts texts in the same way.
    """
    source = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    model = source["model"]
    if model["type"] != "BPE":
        raise _unknown(folder)
    is_sentencepiece = bool(model.get("byte_fallback"))
    writer.add_tokenizer_model("llama" if is_sentencepiece else "gpt2")
    writer.add_tokenizer_pre("default" if is_sentencepiece else _pre_tokenizer(source["pre_tokenizer"], folder))
    tokens, types = _tokens(source, rows)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if is_sentencepiece:  # the order of merges is that of the ids
        writer.add_token_scores([-float(number) for number in range(rows)])
        writer.add_add_space_prefix(_adds_space(source))
    else:
        writer.add_token_merges([each if isinstance(each, str) else " ".join(each) for each in model["merges"]])
    _add_special(writer, tokenizer)


def _tokens(source: dict[str, Any], rows: int) -> tuple[list[str], list[gguf.TokenType]]:
    tokens = [_UNUSED % number for number in range(rows)]
    types = [gguf.TokenType.UNUSED] * rows
    for token, number in source["model"]["vocab"].items():
        if number < rows:
            tokens[number], types[number] = token, _plain_type(token, source["model"])
    for added in source["added_tokens"]:
        if (number := added["id"]) < rows:
            is_special = added["special"]
            tokens[number] = added["content"]
            types[number] = gguf.TokenType.CONTROL if is_special else gguf.TokenType.USER_DEFINED
    return tokens, types


def _plain_type(token: str, model: dict[str, Any]) -> gguf.TokenType:
    if model.get("byte_fallback") and len(token) == 6 and token.startswith("<0x"):
        return gguf.TokenType.BYTE
    return gguf.TokenType.UNKNOWN if token == model.get("unk_token") else gguf.TokenType.NORMAL


def _pre_tokenizer(step: dict[str, Any] | None, folder: Path) -> str:
    """Return llama.cpp's name for how a text is cut before merging."""
    steps = (step or {}).get("pretokenizers", [step or {}])
    match [each.get("type") for each in steps]:
        case ["ByteLevel"] if steps[0].get("use_regex", True):
            return "gpt-2"
        case ["Digits", "ByteLevel"] if steps[0].get("individual_digits"):
            return "smollm"
        case ["Split", "ByteLevel"] if steps[0].get("pattern", {}).get("Regex") == _LLAMA_3:
            return "llama-bpe"
    raise _unknown(folder)


def _adds_space(source: dict[str, Any]) -> bool:
    """Return whether the tokenizer puts a space before a text's first word, as SentencePiece does."""
    text = json.dumps([source.get("normalizer"), source.get("pre_tokenizer")])
    return '"Prepend"' in text or '"prepend_scheme": "first"' in text or '"prepend_scheme": "always"' in text


def _add_special(writer: gguf.GGUFWriter, tokenizer: Any) -> None:
    special = {"bos": tokenizer.bos_token_id, "eos": tokenizer.eos_token_id, "unk": tokenizer.unk_token_id}
    for name, number in special.items():
        if number is not None:
            getattr(writer, f"add_{name}_token_id")(number)
    writer.add_add_bos_token(False)  # chat templates write it
    writer.add_chat_template(tokenizer.chat_template)


def _unknown(folder: Path) -> Unexportable:
    return Unexportable(
        f"The tokenizer in {folder} cannot be exported here, because llama.cpp's name for it is not known. Use"
        " convert_hf_to_gguf.py of llama.cpp on this folder."
    )
