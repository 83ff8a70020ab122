"""Prompt sets: the instructions for a speaker, as messages without the marks of any chat template.

The paper's (table 5) and a few for other models are built in. A site can store more.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dialogue.messages import Message, Role
from dialogue.placeholders import fill, refuse_unknown, refuse_without
from dialogue.reading import ANSWER_SCHEMA, Reading, Stop
from dialogue.seeds import SpeakerName
from dialogue.system_text import SystemWay

Template = Annotated[str, Field(min_length=1, max_length=20_000)]


class PromptMistake(ValueError):
    """A mistake in a prompt set that concerns several keys; ``key`` is the one to correct."""

    def __init__(self, key: Literal["opening", "stop", "speaks_as"], sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


class OpeningMessage(BaseModel):
    """A message of the opening, with placeholders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: Template

    @field_validator("content")
    @classmethod
    def _uses_known_placeholders(cls, content: str) -> str:
        refuse_unknown(content, ("PERSONA", "GOAL", "CONV_STOP"))
        return content


class _Prompts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")] = "en"
    source: Annotated[str, Field(max_length=2000)] = ""

    @property
    def base_language(self) -> str:
        """Return the code of the language without its region: that of en-GB is "en"."""
        return self.language.split("-")[0].lower()


class PromptSet(_Prompts):
    """The instructions for an inquirer: SYS_I (``opening``) and INTER_I (``forward``) of table 5, and how its output is read.

    ``speaks_as`` "user" lets a model that was trained to write the human's side continue the conversation in the user's turn;
    it receives responses without instructions. ``system`` says where the system text goes; by default the model's template
    decides.
    """

    speaker: ClassVar[SpeakerName] = "inquirer"

    opening: Annotated[tuple[OpeningMessage, ...], Field(min_length=1)]
    forward: Template = "<RESPONSE>"
    reading: Reading = Reading()
    stop: Stop = Stop()
    speaks_as: Literal["assistant", "user"] = "assistant"
    system: SystemWay | None = None

    @field_validator("forward")
    @classmethod
    def _forwards_the_response(cls, forward: str) -> str:
        refuse_unknown(forward, ("RESPONSE", "CONV_STOP"))
        refuse_without(forward, {"RESPONSE": "the response"})
        return forward

    @model_validator(mode="after")
    def _fits_together(self) -> "PromptSet":
        said = "\n".join(message.content for message in self.opening)
        try:
            refuse_without(said, {"PERSONA": "its persona", "GOAL": "its goal"})
        except ValueError as error:
            raise PromptMistake("opening", str(error)) from error
        if self.stop.rule == "field" and self.reading.way != "json":
            raise PromptMistake("stop", 'the stop rule "field" reads a field of JSON: set the way of reading to "json"')
        if self.speaks_as == "user" and (self.forward.strip() != "<RESPONSE>" or self.reading.way != "whole"):
            raise PromptMistake(
                "speaks_as",
                'a model that speaks as "user" receives only the response, and its whole output is the utterance: set '
                '`forward` to "<RESPONSE>" and the way of reading to "whole"',
            )
        is_told = any("<CONV_STOP>" in text or self.stop.is_named_in(text) for text in (said, self.forward))
        if self.stop.is_written and not is_told and self.speaks_as == "assistant":
            raise PromptMistake(
                "opening",
                f'no message says when to write "{self.stop.token}", so no dialogue would end: write <CONV_STOP> in the'
                " opening",
            )
        return self

    @property
    def needs_system(self) -> bool:
        """Return whether the speaker would lack its persona without the system text."""
        return any(message.role == "system" for message in self.opening)

    @property
    def schema_text(self) -> str:
        """Return the JSON schema that outputs must follow; empty if they need not."""
        return ANSWER_SCHEMA if self.reading.way == "json" else ""

    @property
    def end_token(self) -> str:
        """Return the control token with which the model ends the conversation; empty if the rule is another one."""
        return self.stop.token if self.stop.rule == "own" else ""

    def open(self, persona: str, goal: str) -> list[Message]:
        """Return the messages that instruct the inquirer to play ``persona`` (a sentence) and reach ``goal``."""
        values = {"PERSONA": persona, "GOAL": goal, "CONV_STOP": self.stop.token}
        return [Message(message.role, fill(message.content, values)) for message in self.opening]

    def said(self, utterance: str) -> Message:
        """Return the message with the inquirer's own earlier utterance."""
        return Message(self.speaks_as, self.reading.write(utterance))

    def forwarded(self, response: str) -> Message:
        """Return the message that gives the inquirer the responder's answer and asks for a follow-up or the stop token."""
        role: Role = "user" if self.speaks_as == "assistant" else "assistant"
        return Message(role, fill(self.forward, {"RESPONSE": response, "CONV_STOP": self.stop.token}))


class ResponderPrompts(_Prompts):
    """The instruction for a responder: SYS_R of table 5; empty for none."""

    speaker: ClassVar[SpeakerName] = "responder"

    system: Annotated[str, Field(max_length=20_000)]

    @property
    def needs_system(self) -> bool:
        """Return whether the speaker would lack its persona without the system text: a chatbot has none."""
        return False

    def open(self) -> list[Message]:
        """Return the messages that the responder reads before the first turn."""
        return [Message("system", self.system)] if self.system.strip() else []


AnyPrompts = PromptSet | ResponderPrompts


@dataclass(frozen=True, slots=True)
class NamedPrompts:
    """A prompt set and the reference that always means this version of it: the name of a built-in one, or "mine@3"."""

    reference: str
    prompts: AnyPrompts


def parse(text: str) -> AnyPrompts:
    """Return the prompt set in this TOML text. Raises tomllib.TOMLDecodeError or pydantic.ValidationError."""
    table = tomllib.loads(text)
    return (PromptSet if "opening" in table else ResponderPrompts).model_validate(table)


def load(name: str) -> PromptSet:
    """Return the built-in prompt set of an inquirer, such as ``llama-2``. Raises LookupError."""
    if name not in (known := inquirers()):
        raise unknown(name, "inquirer", known)
    return known[name]


def load_responder(name: str) -> ResponderPrompts:
    """Return the built-in instruction of a responder, such as ``llama-2-responder``. Raises LookupError."""
    if name not in (known := responders()):
        raise unknown(name, "responder", known)
    return known[name]


def load_prompts(name: str, speaker: SpeakerName) -> AnyPrompts:
    """Return the built-in prompt set of either speaker. Raises LookupError."""
    return load(name) if speaker == "inquirer" else load_responder(name)


@cache
def inquirers() -> Mapping[str, PromptSet]:
    """Return the built-in prompt sets of inquirers by name."""
    return {name: each for name, each in _built_in().items() if isinstance(each, PromptSet)}


def foreign_inquirer(language: str) -> str:
    """Return the name of the built-in prompt set of inquirers in this language, such as "de-AT"; empty for English and if there
    is none."""
    base = language.split("-")[0].lower()
    return next((name for name, each in inquirers().items() if each.base_language == base != "en"), "")


@cache
def responders() -> Mapping[str, ResponderPrompts]:
    """Return the built-in prompt sets of responders by name."""
    return {name: each for name, each in _built_in().items() if isinstance(each, ResponderPrompts)}


def digest(prompts: AnyPrompts) -> str:
    """Return the first digits of the SHA-256 of everything in a prompt set that affects a dialogue."""
    decisive = prompts.model_dump_json(exclude={"language", "source"}, exclude_defaults=True)
    return hashlib.sha256(decisive.encode()).hexdigest()[:12]


def unknown(name: str, speaker: SpeakerName, known: Iterable[str]) -> LookupError:
    """Return the error for a name that is not among the ``known`` ones of this speaker."""
    return LookupError(f"There is no prompt set {name!r} for this {speaker}. Choose from: {', '.join(sorted(known))}.")


def _built_in() -> dict[str, AnyPrompts]:
    folder = files("dialogue.data").joinpath("prompts")
    found = {path.name.removesuffix(".toml"): path.read_text("utf-8") for path in folder.iterdir()}
    return {name: parse(found[name]) for name in sorted(found)}
