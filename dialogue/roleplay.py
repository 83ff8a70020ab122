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


@dataclass(frozen=True, slots=True)
class Exchange:
    """One complete turn (T), with all outputs, including rejected ones."""

    position: int
    utterance: str
    response: str
    outputs: tuple[Output, ...]


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
    past: Sequence[Said] = (),
) -> AsyncGenerator[Exchange | Ended]:
    """Let ``inquirer`` play ``persona`` (a sentence) and reach ``goal`` with ``responder``.

    Yield each exchange as soon as it is complete and, last, why the dialogue ended. To resume a dialogue, pass its exchanges
    so far as ``past``. Infrastructure errors are raised as BackendError and do not end the dialogue.
    """
    dialogue: list[Said] = list(past)
    for turn in range(len(dialogue), max_turns):
        question = await inquirer.speak(inquirer_history(prompts, persona, goal, dialogue), turn)
        if question.ending:
            yield Ended(question.ending, question.outputs)
            return
        answer = await responder.speak(responder_history(responder.system, dialogue, question.text), turn)
        if answer.ending:
            yield Ended(answer.ending, question.outputs + answer.outputs)
            return
        exchange = Exchange(turn, question.text, answer.text, question.outputs + answer.outputs)
        dialogue.append(exchange)
        yield exchange
    yield Ended("max_turns")


def inquirer_history(prompts: PromptSet, persona: str, goal: str, dialogue: Sequence[Said]) -> History:
    """Return the inquirer's prompts and its *extracted* utterances in quotes, because raw outputs drift into self-replies."""
    turns = [
        (Message("assistant", f'"{turn.utterance}"'), prompts.forward(turn.response))  # INTER_I
        for turn in dialogue
    ]
    return History(prompts.opening(persona, goal), turns[:-1], turns[-1] if turns else ())  # SYS_I


def responder_history(system: Message | None, dialogue: Sequence[Said], utterance: str) -> History:
    """Return the responder's history, for any inquirer: the earlier turns and the utterance to answer."""
    turns = [(Message("user", turn.utterance), Message("assistant", turn.response)) for turn in dialogue]
    return History([system] if system else [], turns, [Message("user", utterance)])  # SYS_R
