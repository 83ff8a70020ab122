"""The prompts of the paper's table 5, as messages without the marks of any chat template."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from dialogue.messages import Message

STOP_TOKEN = "FINISH"
_PLACEHOLDER = re.compile(r"<(PERSONA|GOAL|CONV_STOP|RESPONSE)>")


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The instructions for an inquirer: SYS_I and INTER_I of table 5.

    Placeholders are filled in one pass, so that "<NUMBER>" or even "<GOAL>" inside a goal stays text.
    """

    name: str
    templates: tuple[Message, ...]
    forwarder: str
    stop_token: str = STOP_TOKEN

    def opening(self, persona: str, goal: str) -> list[Message]:
        """Return the messages that instruct the inquirer to play ``persona`` (a sentence) and reach ``goal``."""
        values = {"PERSONA": persona, "GOAL": goal, "CONV_STOP": self.stop_token}
        return [Message(template.role, _fill(template.content, values)) for template in self.templates]

    def forward(self, response: str) -> Message:
        """Return the message that gives the inquirer the responder's answer and asks for a follow-up or the stop token."""
        return Message("user", _fill(self.forwarder, {"RESPONSE": response, "CONV_STOP": self.stop_token}))


@cache
def load(name: str) -> PromptSet:
    """Return the inquirer's prompt set ``llama-2``, ``mixtral``, ``vicuna`` or ``gpt-4``. Raises LookupError."""
    data = _read(name, "opening")
    return PromptSet(name, tuple(Message(**message) for message in data["opening"]), data["forward"])


@cache
def load_system(name: str) -> Message:
    """Return the responder's system message (SYS_R), ``llama-2-responder``. Raises LookupError for another name."""
    return Message("system", _read(name, "system")["system"])


def version(name: str) -> str:
    """Return the first digits of the SHA-256 of the prompt set's file. Raises LookupError."""
    if name not in (known := _texts()):
        raise LookupError(f"There is no prompt set {name!r}.")
    return hashlib.sha256(known[name].encode()).hexdigest()[:12]


def _fill(template: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _read(name: str, key: str) -> dict[str, Any]:
    tables = {each: tomllib.loads(text) for each, text in _texts().items()}
    known = sorted(each for each, table in tables.items() if key in table)
    if name not in known:
        raise LookupError(f"There is no prompt set {name!r} for this speaker. Choose from: {', '.join(known)}.")
    return tables[name]


def _texts() -> dict[str, str]:
    """Return the text of each prompt set's file by its name."""
    folder = files("dialogue.data").joinpath("prompts")
    return {path.name.removesuffix(".toml"): path.read_text("utf-8") for path in folder.iterdir()}
