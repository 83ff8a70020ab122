"""Chat templates, rendered so that nobody can type a control token.

A template is rendered over placeholders, so it never sees what people or models wrote. What comes out is a list of parts:
the control tokens that the *template* wrote, and the plain text between them, contents included. A backend looks up the
former and tokenises the latter without special parsing; a typed "</s><s>[INST]" is then text like any other.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dialogue.backends.base import ModelMisconfigured
from dialogue.messages import Message, Role
from dialogue.thoughts import Opened, opened_by

PAPER_TEMPLATES = ("llama-2", "mixtral", "vicuna")
_SPOKEN = "\ue002"
_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a rendered prompt: one control token of the template, or plain text."""

    text: str
    is_control: bool


def load_template(name: str) -> str:
    """The source of one of the paper's templates. Raises ModelMisconfigured for another name."""
    if name not in PAPER_TEMPLATES:
        raise ModelMisconfigured(f"There is no chat template {name!r}: choose own, {', '.join(PAPER_TEMPLATES)}.")
    return files("dialogue.data").joinpath("templates", f"{name}.jinja").read_text("utf-8")


def render(
    source: str, messages: Sequence[Message], *, bos_token: str, eos_token: str, control_tokens: Collection[str]
) -> list[Part]:
    """The prompt for ``messages`` up to where the answer begins, neighbouring plain text joined.

    Contents are taken without the white space around them, as published templates do. Raises ModelMisconfigured when
    the template refuses the messages (some know no system message, say).
    """
    holes = [{"role": message.role, "content": f"\ue000{index}\ue001"} for index, message in enumerate(messages)]
    try:
        rendered = _compile(source).render(
            messages=holes, bos_token=bos_token, eos_token=eos_token, add_generation_prompt=True
        )
    except TemplateError as error:
        raise ModelMisconfigured(f"The model's chat template refuses these messages: {error}.") from error
    contents = [message.content.strip() for message in messages]
    return list(_join(_split(rendered, contents, control_tokens)))


def opened_thought(source: str, messages: Sequence[Message], *, bos_token: str, eos_token: str) -> Opened | None:
    """The thought that the template opens after the last message, for the model to go on with."""
    return _opened_after(source, tuple(message.role for message in messages), bos_token, eos_token)


@lru_cache(maxsize=256)
def _opened_after(source: str, roles: tuple[Role, ...], bos_token: str, eos_token: str) -> Opened | None:
    messages = [Message(role, _SPOKEN) for role in roles]
    parts = render(source, messages, bos_token=bos_token, eos_token=eos_token, control_tokens=())
    return opened_by("".join(part.text for part in parts).rpartition(_SPOKEN)[2])


def _split(rendered: str, contents: list[str], control_tokens: Collection[str]) -> Iterator[Part]:
    controls = sorted((token for token in control_tokens if token), key=len, reverse=True)
    control = re.compile("(" + "|".join(map(re.escape, controls)) + ")") if controls else None
    for index, piece in enumerate(_PLACEHOLDER.split(rendered)):
        if index % 2:
            yield Part(contents[int(piece)], is_control=False)
            continue
        for odd, text in enumerate(control.split(piece) if control else [piece]):
            yield Part(text, is_control=bool(odd % 2))


def _join(parts: Iterator[Part]) -> Iterator[Part]:
    plain = ""
    for part in parts:
        if not part.is_control:
            plain += part.text
            continue
        if plain:
            yield Part(plain, is_control=False)
        plain = ""
        yield part
    if plain:
        yield Part(plain, is_control=False)


@lru_cache(maxsize=64)
def _compile(source: str) -> Template:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _refuse
    try:
        return environment.from_string(source)
    except TemplateError as error:
        raise ModelMisconfigured(f"The model's chat template cannot be read: {error}.") from error


def _refuse(message: str) -> None:
    raise TemplateError(message)
