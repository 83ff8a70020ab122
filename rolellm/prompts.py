"""The paper's prompts, English and Chinese, as data with their source (appendix I).

They are kept as printed. What is evidently a slip of the print is corrected in use, unless the printed form is asked for.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from dialogue.messages import Message
from rolellm.languages import Language

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Correction:
    """A slip of the print and what is meant."""

    printed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: messages with placeholders in braces.

    ``wrapping`` is how the print shows the user's instruction with the user's name.
    """

    source: str
    messages: tuple[Message, ...]
    corrections: tuple[Correction, ...] = ()
    wrapping: str = ""
    notes: str = ""

    @property
    def corrected(self) -> tuple[Message, ...]:
        """Return the messages as they are meant."""
        return tuple(Message(each.role, self._correct(each.content)) for each in self.messages)

    def _correct(self, content: str) -> str:
        for slip in self.corrections:
            content = content.replace(slip.printed, slip.meant)
        return content


def load(key: str, language: Language) -> Prompt:
    """Return a prompt, such as "rolegpt_zero_shot". Raises LookupError with the prompts of this language."""
    name = f"{key}.{language}"
    if name not in (known := _prompts()):
        choice = ", ".join(sorted(each.split(".")[0] for each in known if each.endswith(f".{language}")))
        raise LookupError(f"There is no prompt {key!r} in the language {language}. Choose from: {choice}.")
    return known[name]


def fill(messages: Iterable[Message], values: Mapping[str, str]) -> list[Message]:
    """Return the messages with their placeholders replaced in one pass, so that braces in a value stay text.

    Raises KeyError for a placeholder without a value.
    """
    return [Message(each.role, _PLACEHOLDER.sub(lambda found: values[found[1]], each.content)) for each in messages]


@cache
def _prompts() -> Mapping[str, Prompt]:
    """Return all prompts by key and language, such as "rolegpt_zero_shot.en"."""
    folder = files("rolellm.data").joinpath("prompts")
    return {path.name.removesuffix(".toml"): _parse(path.read_text("utf-8")) for path in folder.iterdir()}


def _parse(text: str) -> Prompt:
    table = tomllib.loads(text)
    return Prompt(
        table["source"],
        tuple(Message(each["role"], each["content"]) for each in table["messages"]),
        (*_omitted(table), *(Correction(**each) for each in table.get("corrections", ()))),
        table.get("wrapping", ""),
        table.get("notes", ""),
    )


def _omitted(table: Mapping[str, Any]) -> tuple[Correction, ...]:
    """Return what the print replaces by a line of three dots, where it is known from elsewhere."""
    return tuple(Correction("\n...\n", f"\n{each['text'].strip()}\n") for each in table.get("omitted_in_print", ()))
