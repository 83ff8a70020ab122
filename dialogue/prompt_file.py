"""Prompt sets as TOML files, with mistakes in one sentence that names the line."""

import json
import tomllib
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dialogue.prompts import AnyPrompts, OpeningMessage, PromptMistake, PromptSet, ResponderPrompts, parse
from dialogue.reading import Reading, Stop
from dialogue.toml_lines import find_line, locate

_KEYS = sorted(
    {name for each in (PromptSet, ResponderPrompts, OpeningMessage, Reading, Stop) for name in each.model_fields}
)


class InvalidPrompts(ValueError):
    """The text is no prompt set; the message is one sentence that names the line."""


def read_prompts(text: str) -> AnyPrompts:
    """Return the prompt set in this TOML text. Raises InvalidPrompts."""
    if not text.strip():
        raise InvalidPrompts(
            "The prompt set is empty: an inquirer's has [[opening]] messages, a responder's a `system` text."
        )
    try:
        return parse(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPrompts(f"The prompt set is not valid TOML: {locate(error, text)}.") from error
    except ValidationError as error:
        # Report a mistyped key rather than the correct one that is then missing.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise InvalidPrompts(f"Line {find_line(text, _place(first))}: {_in_words(first)}.") from error


def write_prompts(prompts: AnyPrompts) -> str:
    """Return the TOML text of a prompt set, which ``read_prompts`` reads as the same."""
    table = prompts.model_dump(exclude_defaults=True)
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    opening = table.pop("opening", ())
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key not in tables]
    blocks = ["\n".join(lines)] if lines else []
    blocks += [f"[[opening]]\n{_lines(message)}" for message in opening]
    blocks += [f"[{name}]\n{_lines(values)}" for name, values in tables.items()]
    return "\n\n".join(blocks) + "\n"


def _lines(table: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: object) -> str:
    """Return the value as TOML: its strings are those of JSON, and its multi-line ones escape nothing else."""
    if isinstance(value, str) and "\n" in value:
        lines = [json.dumps(line, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f") for line in value.split("\n")]
        return '"""\n' + "\n".join(lines) + '"""'
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _place(mistake: ErrorDetails) -> tuple[int | str, ...]:
    cause = mistake.get("ctx", {}).get("error")
    return (cause.key,) if isinstance(cause, PromptMistake) else mistake["loc"]


def _in_words(mistake: ErrorDetails) -> str:
    where = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        meant = get_close_matches(str(mistake["loc"][-1]), _KEYS, 1)
        return f"there is no key {where!r}" + (f", perhaps you meant {meant[0]!r}" if meant else "")
    if mistake["type"] == "missing":
        return f"the key {where!r} is missing"
    return f"{where + ': ' if where else ''}{mistake['msg'].removeprefix('Value error, ')}".removesuffix(".")
