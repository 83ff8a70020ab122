"""Samples as token ids: only the response and the token that closes it are learned (section 2.4)."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from dialogue.backends.template_environment import TemplateMisfit
from dialogue.messages import Message, Speaking
from dialogue.system_text import SystemWay, place_system
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.samples import NoSamples, Sample


class PromptTokens(Protocol):
    """A model's tokenizer with a chat template, such as ChatTokens of the backend transformers."""

    def prompt(self, messages: Sequence[Message], *, role: Speaking = "assistant") -> list[int]: ...

    def plain(self, text: str) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Example:
    """The token ids of a sample; those from ``start`` on are the response and its closing token, which are learned."""

    ids: tuple[int, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a tuning, and what lengths have cost.

    Samples with a too long input are left out, because a cut would lose the question or the role. A too long response is
    shortened and then has no closing token, because the model should not learn to stop there.
    """

    examples: tuple[Example, ...]
    left_out: int
    shortened: int

    @property
    def learned_tokens(self) -> int:
        return sum(len(example.ids) - example.start for example in self.examples)


def encode(
    samples: Iterable[Sample], tokens: PromptTokens, ends: Set[int], recipe: Recipe, system: SystemWay | None = None
) -> Examples:
    """Return the examples as the chat template of ``tokens`` writes them. ``ends`` are the tokens that end an answer.

    ``system`` is how the system text reaches the model; by default as a message if the template accepts one. Raises
    NoSamples if every input is too long.
    """
    examples: list[Example] = []
    left_out = shortened = 0
    for sample in samples:
        prompt = _fitting_prompt(sample.messages, tokens, recipe.input_tokens, system)
        if prompt is None:
            left_out += 1
            continue
        messages, ids = prompt
        response = _response(messages, sample.response, ids, tokens, ends)
        shortened += len(response) > recipe.output_tokens
        examples.append(Example((*ids, *response[: recipe.output_tokens]), len(ids)))
    if not examples:
        raise NoSamples(_all_too_long(left_out, recipe))
    return Examples(tuple(examples), left_out, shortened)


def _fitting_prompt(
    messages: Sequence[Message], tokens: PromptTokens, limit: int, system: SystemWay | None
) -> tuple[list[Message], list[int]] | None:
    """Return the placed messages and their ids, with as many demonstrations as fit, the best first; None if none helps."""
    opening, *shown, question = messages
    for pairs in range(len(shown) // 2, -1, -1):
        placed, ids = _prompt([opening, *shown[: 2 * pairs], question], tokens, system)
        if len(ids) <= limit:
            return placed, ids
    return None


def _prompt(
    messages: Sequence[Message], tokens: PromptTokens, system: SystemWay | None
) -> tuple[list[Message], list[int]]:
    try:
        placed = place_system(messages, system or "message")
        return placed, tokens.prompt(placed)
    except TemplateMisfit:
        if system:
            raise
        placed = place_system(messages, "first_user")
        return placed, tokens.prompt(placed)


def _response(
    messages: list[Message], response: str, prompt: list[int], tokens: PromptTokens, ends: Set[int]
) -> list[int]:
    """Return the ids of the response as the template writes it within a dialogue, up to the token that closes it.

    A template that asks for an answer in one way and writes a finished one in another, for example without the thought that it
    opens, cannot be used in this way. The response then follows the prompt as plain text.
    """
    whole = tokens.prompt([*messages, Message("assistant", response)], role="user")
    if whole[: len(prompt)] != prompt:
        whole = prompt + tokens.plain(response)
    said = whole[len(prompt) :]
    closing = next((place for place, token in enumerate(said) if token in ends), None)
    return said[: closing + 1] if closing is not None else [*said, min(ends)]


def _all_too_long(left_out: int, recipe: Recipe) -> str:
    return (
        f"The inputs of all {left_out} samples are longer than {recipe.input_tokens} tokens. Raise input_tokens, or shorten the"
        " descriptions."
    )
