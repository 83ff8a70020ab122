"""Chat templates, rendered so that no one can type a control token and no message is lost.

A template is rendered with placeholders, so it never sees the texts of people or models. The result is a list of parts: the
control tokens that the *template* wrote, and the plain text between them, including contents. A backend looks up the former
and tokenises the latter without special parsing; a typed "</s><s>[INST]" is then text like any other.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from jinja2 import TemplateError

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.template_environment import TemplateMisfit, compile_template, reason
from dialogue.backends.template_holes import HOLE, fill, hole
from dialogue.messages import Message, Role, Speaking
from dialogue.system_text import joined
from dialogue.thought_events import Opened
from dialogue.thoughts import opened_by

PAPER_TEMPLATES = ("llama-2", "mixtral", "vicuna")
GUARD_TEMPLATES = ("llama-guard-2", "llama-guard-3")
ROLE_TEMPLATES = ("rolellm",)
"""RoleLLM's markup, for models that were tuned with it."""
_SPOKEN = "\ue002"
_CONTINUED = "\ue003"
"""Stands for the user's message that the model writes."""
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""Errors that a template raises, intentionally or not."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a rendered prompt: one control token of the template, or plain text."""

    text: str
    is_control: bool


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A template's source, and the texts of the tokens that it may write: the begin and end tokens, and ``others`` by name.

    The names of others are those of transformers, such as "cls_token". A token that the model lacks is not among them.
    """

    source: str
    bos_token: str = ""
    eos_token: str = ""
    others: tuple[tuple[str, str], ...] = ()


@contextmanager
def of_model(name: str) -> Iterator[None]:
    """Turn TemplateMisfit into an error that names the model and says what to do."""
    try:
        yield
    except TemplateMisfit as misfit:
        raise ModelMisconfigured(
            f"Model {name!r} cannot answer: its chat template {misfit.what}."
            f" Run `manage.py models {name}`, which says what to set for {name!r} in models.toml."
        ) from misfit


def load_template(name: str) -> str:
    """Return the source of one of the papers' templates or of a guard's. Raises ModelMisconfigured for another name."""
    if name not in (known := (*PAPER_TEMPLATES, *GUARD_TEMPLATES, *ROLE_TEMPLATES)):
        raise ModelMisconfigured(f"There is no chat template {name!r}. Choose from: own, {', '.join(known)}.")
    return files("dialogue.data").joinpath("templates", f"{name}.jinja").read_text("utf-8")


def render(
    template: ChatTemplate,
    messages: Sequence[Message],
    *,
    control_tokens: Collection[str],
    today: date | None = None,
    role: Speaking = "assistant",
) -> list[Part]:
    """Return the rendered prompt for ``messages`` up to where ``role`` begins to speak, with adjacent plain text joined.

    White space around contents is removed, as published templates do. ``today`` is the date for templates that use one
    (None: the current date). Raises TemplateMisfit if the template refuses the messages, or loses one.
    """
    rendered = _with_holes(template, messages, today, role)
    contents = [message.content.strip() for message in messages]
    return list(_join(_split(rendered, contents, control_tokens)))


def without_swallowed_space(
    parts: Sequence[Part], *, before: Collection[str], behind: Collection[str], space: str | None = None
) -> list[Part]:
    """Return the parts for a tokenizer whose control tokens swallow white space, some ``before`` and some ``behind`` them.

    ``space`` holds its white-space characters; None means those of Unicode.
    """
    bound = Part("", is_control=False)
    stripped = []
    for last, part, following in zip([bound, *parts], parts, [*parts[1:], bound], strict=False):
        text = part.text
        if not part.is_control and last.is_control and last.text in behind:
            text = text.lstrip(space)
        if not part.is_control and following.is_control and following.text in before:
            text = text.rstrip(space)
        stripped.append(Part(text, part.is_control))
    return stripped


def opened_thought(template: ChatTemplate, messages: Sequence[Message], role: Speaking = "assistant") -> Opened | None:
    """Return the thought that the template opens after the last message, if any."""
    return _opened_after(template, tuple(message.role for message in messages), role)


@lru_cache(maxsize=256)
def _opened_after(template: ChatTemplate, roles: tuple[Role, ...], speaking: Speaking) -> Opened | None:
    messages = [Message(role, _SPOKEN) for role in roles]
    parts = render(template, messages, control_tokens=(), role=speaking)
    return opened_by("".join(part.text for part in parts).rpartition(_SPOKEN)[2])


def stretches(template: ChatTemplate, messages: Sequence[Message]) -> list[str]:
    """Return the template's text before each message and after the last. Raises TemplateMisfit."""
    return HOLE.split(_with_holes(template, messages, None, "assistant"))[::3]


def rendered_text(
    template: ChatTemplate, messages: Sequence[Message], today: date | None = None, role: Speaking = "assistant"
) -> str:
    """Return the rendered messages including their contents, up to where ``role`` begins to speak. Raises TemplateMisfit."""
    if role == "assistant":
        return _rendered(template, messages, today, is_prompt=True)
    said = joined([*messages, Message("user", _CONTINUED)])
    text, mark, _ = _rendered(template, said, today, is_prompt=False).partition(_CONTINUED)
    if not mark:
        raise TemplateMisfit("leaves out the user's message that the model should write")
    return text


def _rendered(template: ChatTemplate, messages: Sequence[Message], today: date | None, *, is_prompt: bool) -> str:
    try:
        return _write(template, messages, today, is_prompt=is_prompt)
    except _FAULTS as error:
        raise TemplateMisfit(f"{_fault(template, messages, today)} ({reason(error)})") from error


def _write(
    template: ChatTemplate,
    messages: Sequence[Message],
    today: date | None,
    *,
    is_prompt: bool,
    tools: Sequence[object] | None = None,
) -> str:
    return compile_template(template.source).render(
        messages=[{"role": message.role, "content": message.content} for message in messages],
        tools=tools,
        documents=None,
        add_generation_prompt=is_prompt,
        bos_token=template.bos_token,
        eos_token=template.eos_token,
        strftime_now=(today or date.today()).strftime,
        **dict(template.others),
    )


def _fault(template: ChatTemplate, messages: Sequence[Message], today: date | None) -> str:
    """Say what the template does: some are only for calling tools, which a reader could not guess from the error."""
    try:
        _write(template, messages, today, is_prompt=True, tools=[])
    except _FAULTS:
        return "refuses these messages"
    return "is only for calling tools"


def _with_holes(template: ChatTemplate, messages: Sequence[Message], today: date | None, role: Speaking) -> str:
    holes = [Message(message.role, hole(index)) for index, message in enumerate(messages)]
    rendered = rendered_text(template, holes, today, role)
    _check_whole(rendered, messages)
    return rendered


def _check_whole(rendered: str, messages: Sequence[Message]) -> None:
    """Check that every message occurs once and that the dialogue is in order; a system message may be anywhere."""
    found = [int(index) for index, _ in HOLE.findall(rendered)]
    for index, message in enumerate(messages):
        if found.count(index) != 1:
            fate = "repeats" if index in found else "leaves out"
            raise TemplateMisfit(f"{fate} {_name(index, message, len(messages))}")
    if len(found) > len(messages):
        raise TemplateMisfit("writes characters that are reserved as placeholders here (U+E000 and U+E001)")
    said = [index for index in found if messages[index].role != "system"]
    if said != sorted(said):
        raise TemplateMisfit("changes the order of the messages")


def _name(index: int, message: Message, total: int) -> str:
    if message.role == "system":
        return "the system message"
    return f"the {message.role}'s message (number {index + 1} of {total})"


def _split(rendered: str, contents: list[str], control_tokens: Collection[str]) -> Iterator[Part]:
    controls = sorted((token for token in control_tokens if token), key=len, reverse=True)
    control = re.compile("(" + "|".join(map(re.escape, controls)) + ")") if controls else None
    pieces = HOLE.split(rendered)
    for written, index, form in zip(pieces[::3], [*pieces[1::3], ""], [*pieces[2::3], ""], strict=True):
        for odd, text in enumerate(control.split(written) if control else [written]):
            yield Part(text, is_control=bool(odd % 2))
        if index:
            yield Part(fill(contents[int(index)], form), is_control=False)


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
