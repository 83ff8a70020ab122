"""All kinds of history that the method produces, for checking a model's chat template."""

from dataclasses import dataclass

from dialogue.messages import Message
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.roleplay import inquirer_history, responder_history

_TURNS = (0, 1, 3, 11)
"""Number of turns of the longest history: the official twelve, because some templates pass on only the latest messages."""
_PERSONA = "a 25-34 year old person who \u201clikes\u201d long walks"
_GOAL = 'find out what the word "far" means'


@dataclass(frozen=True, slots=True)
class _Turn:
    utterance: str
    response: str


def histories(prompts: AnyPrompts) -> list[list[Message]]:
    """Return the histories of the prompts' speaker before its first, second, fourth and twelfth output.

    Contents are synthetic, all different, and contain things that templates may mishandle: quotes, line breaks, Markdown.
    """
    return [_history(prompts, [_turn(number) for number in range(count)]) for count in _TURNS]


def _history(prompts: AnyPrompts, past: list[_Turn]) -> list[Message]:
    if isinstance(prompts, PromptSet):
        return inquirer_history(prompts, _PERSONA, _GOAL, past).without(0)
    return responder_history(prompts.open(), past, _turn(len(past)).utterance).without(0)


def _turn(number: int) -> _Turn:
    return _Turn(
        f"How far is it to town {number}?\nAnd back, on {number + 2} < 9 wheels?",
        f'It is **far**: "{number}0 km".\n\n1. Walk\n2. Take the bus & rest',
    )
