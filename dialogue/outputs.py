"""Model outputs, and how the method checks them (paper, section 3.3)."""

from dataclasses import dataclass
from typing import Literal

from dialogue.backends.base import Reply
from dialogue.coherence import is_incoherent
from dialogue.extraction import cut_self_reply, extract_prompts, is_stop
from dialogue.seeds import SpeakerName

OutputStatus = Literal["said", "stop", "empty", "incoherent", "no_prompt"]


@dataclass(frozen=True, slots=True)
class Checks:
    """Criteria of the checks: the parameters of algorithm 2, the marks of a self-reply, and the stop token."""

    max_n: int
    repeats: int
    markers: tuple[str, ...]
    stop_token: str


@dataclass(frozen=True, slots=True)
class CheckedOutput:
    """The result of the checks: the text for the other speaker (empty unless "said"), and the status."""

    status: OutputStatus
    text: str = ""
    prompts_found: int = 0
    is_self_reply: bool = False


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


def check_output(speaker: SpeakerName, raw: str, checks: Checks) -> CheckedOutput:
    """Check an output in the official order: self-reply cut, empty, incoherent, then the inquirer's stop and extraction."""
    text, is_self_reply = cut_self_reply(raw, checks.markers)
    if not text.strip():
        return CheckedOutput("empty", is_self_reply=is_self_reply)
    if is_incoherent(text, checks.max_n, checks.repeats):
        return CheckedOutput("incoherent", is_self_reply=is_self_reply)
    if speaker == "responder":
        return CheckedOutput("said", text.strip(), is_self_reply=is_self_reply)
    return _read_prompt(text, checks.stop_token, is_self_reply)


def _read_prompt(text: str, stop_token: str, is_self_reply: bool) -> CheckedOutput:
    if is_stop(text, stop_token):
        return CheckedOutput("stop", is_self_reply=is_self_reply)
    prompts = extract_prompts(text)
    if not prompts or not prompts[0].strip():
        return CheckedOutput("no_prompt", prompts_found=len(prompts), is_self_reply=is_self_reply)
    return CheckedOutput("said", prompts[0], len(prompts), is_self_reply)
