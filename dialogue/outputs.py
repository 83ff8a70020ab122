"""Model outputs, and how the method checks them (paper, section 3.3)."""

from dataclasses import dataclass, field
from typing import Literal

from dialogue.backends.base import Reply
from dialogue.coherence import is_incoherent
from dialogue.extraction import cut_self_reply
from dialogue.reading import Reading, Stop, says_something
from dialogue.seeds import SpeakerName

OutputStatus = Literal["said", "stop", "empty", "incoherent", "no_prompt"]


@dataclass(frozen=True, slots=True)
class Checks:
    """Criteria of the checks: the parameters of algorithm 2, the marks of a self-reply, and how an inquirer is read."""

    max_n: int
    repeats: int
    markers: tuple[str, ...]
    reading: Reading = field(default_factory=Reading)
    stop: Stop = field(default_factory=Stop)


@dataclass(frozen=True, slots=True)
class CheckedOutput:
    """The result of the checks: the text for the other speaker, and the status.

    Only "said" has a text, and "stop" if the prompt set sends what is beside the stop token. ``has_rest`` is whether
    anything is there.
    """

    status: OutputStatus
    text: str = ""
    prompts_found: int = 0
    is_self_reply: bool = False
    has_rest: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One model output: raw, checked, and its costs.

    ``attempt`` counts regenerations from 0; ``left_out`` is the number of oldest turns that were left out of the prompt.
    """

    speaker: SpeakerName
    turn: int
    attempt: int
    reply: Reply
    checked: CheckedOutput
    left_out: int = 0


def check_output(speaker: SpeakerName, raw: str, checks: Checks, *, has_ended: bool = False) -> CheckedOutput:
    """Check an output in the official order: self-reply cut, empty, incoherent, then the inquirer's stop and extraction.

    ``has_ended`` is whether the model ended it with its own token for the end of a conversation; such an output may be empty.
    """
    text, is_self_reply = cut_self_reply(raw, checks.markers)
    if not text.strip() and not (has_ended and checks.stop.rule == "own"):
        return CheckedOutput("empty", is_self_reply=is_self_reply)
    if is_incoherent(text, checks.max_n, checks.repeats):
        return CheckedOutput("incoherent", is_self_reply=is_self_reply)
    if speaker == "responder":
        return CheckedOutput("said", text.strip(), is_self_reply=is_self_reply)
    rest = checks.stop.rest(text, has_ended=has_ended)
    return _read_prompt(text, checks, is_self_reply) if rest is None else _read_rest(rest, checks, is_self_reply)


def _read_prompt(text: str, checks: Checks, is_self_reply: bool) -> CheckedOutput:
    found = checks.reading.find(text)
    if not found or not found[0].strip():
        return CheckedOutput("no_prompt", prompts_found=len(found), is_self_reply=is_self_reply)
    return CheckedOutput("said", found[0], len(found), is_self_reply)


def _read_rest(rest: str, checks: Checks, is_self_reply: bool) -> CheckedOutput:
    """Check the text beside the stop token. Only an utterance can be sent."""
    found = checks.reading.find(rest)
    utterance = found[0] if found and says_something(found[0]) else ""
    sent = utterance if checks.stop.sends_rest else ""
    has_rest = bool(utterance) or (checks.reading.way != "json" and says_something(rest))
    return CheckedOutput("stop", sent, len(found) if utterance else 0, is_self_reply, has_rest)
