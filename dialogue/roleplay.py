"""LLM Roleplay (paper, section 2, algorithm 1)."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialogue.messages import Message
from dialogue.outputs import Output
from dialogue.prompts import PromptSet
from dialogue.speakers import Ending, History, Speaker


class Said(Protocol):
    """A completed turn: the inquirer's utterance (U_I) and the responder's answer (U_R)."""

    @property
    def utterance(self) -> str: ...
    @property
    def response(self) -> str: ...


class Past(Said, Protocol):
    """A stored turn of a dialogue that is resumed; ``is_last`` if the inquirer stopped with it."""

    @property
    def is_last(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One complete turn (T), with all outputs, including rejected ones."""

    position: int
    utterance: str
    response: str
    outputs: tuple[Output, ...]
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """Why the dialogue stopped, and the outputs of its final step, which did not form a turn."""

    ending: Ending
    outputs: tuple[Output, ...] = ()


async def roleplay(
    inquirer: Speaker,
    responder: Speaker,
    *,
    persona: str,
    goal: str,
    prompts: PromptSet,
    max_turns: int,
    past: Sequence[Past] = (),
) -> AsyncGenerator[Exchange | Ended]:
    """Let ``inquirer`` play ``persona`` (a sentence) and reach ``goal`` with ``responder``.

    Yield each exchange as soon as it is complete and, last, why the dialogue ended. To resume a dialogue, pass its exchanges
    so far as ``past``. Infrastructure errors are raised as BackendError and do not end the dialogue.
    """
    dialogue = list(past)
    while len(dialogue) < max_turns and not _is_over(dialogue):
        turn = len(dialogue)
        question = await inquirer.speak(inquirer_history(prompts, persona, goal, dialogue), turn)
        if question.ending and not question.has_last_words:
            yield Ended(question.ending, question.outputs)
            return
        answer = await responder.speak(responder_history(responder.opening, dialogue, question.text), turn)
        if answer.ending:
            yield Ended(answer.ending, question.outputs + answer.outputs)
            return
        outputs = question.outputs + answer.outputs
        exchange = Exchange(turn, question.text, answer.text, outputs, question.has_last_words)
        dialogue.append(exchange)
        yield exchange
    yield Ended("goal_reached" if _is_over(dialogue) else "max_turns")


def _is_over(dialogue: Sequence[Past]) -> bool:
    """Return whether the inquirer has said its last words."""
    return bool(dialogue) and dialogue[-1].is_last


def inquirer_history(prompts: PromptSet, persona: str, goal: str, dialogue: Sequence[Said]) -> History:
    """Return the inquirer's prompts and its *extracted* utterances, because raw outputs drift into self-replies."""
    turns = [(prompts.said(turn.utterance), prompts.forwarded(turn.response)) for turn in dialogue]  # INTER_I
    return History(prompts.open(persona, goal), turns[:-1], turns[-1] if turns else ())  # SYS_I


def responder_history(opening: Sequence[Message], dialogue: Sequence[Said], utterance: str) -> History:
    """Return the responder's history, for any inquirer: its opening, the earlier turns and the utterance to answer."""
    turns = [(Message("user", turn.utterance), Message("assistant", turn.response)) for turn in dialogue]
    return History(opening, turns, [Message("user", utterance)])  # SYS_R
