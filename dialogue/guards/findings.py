"""What a guard finds in a dialogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dialogue.seeds import SpeakerName

Verdict = Literal["safe", "unsafe", "unreadable"]
"""An answer that says neither "safe" nor "unsafe" is unreadable, and never counts as safe."""


@dataclass(frozen=True, slots=True)
class CheckedTurn:
    """A turn to check; ``number`` counts from 1. The ``response`` is empty if there was none."""

    number: int
    utterance: str
    response: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict about one message: the utterance (inquirer) or the response (responder) of turn number ``turn``.

    ``categories`` are the guard's own codes, and ``raw`` is its whole answer. ``problem`` says why there is no answer.
    """

    turn: int
    speaker: SpeakerName
    verdict: Verdict
    categories: tuple[str, ...] = ()
    raw: str = ""
    problem: str = ""


class Guard(Protocol):
    """Checks every message of a dialogue."""

    async def check(self, turns: Sequence[CheckedTurn], conversation: str = "") -> tuple[Finding, ...]:
        """Return a finding about each message that says something, in order. Raises BackendError.

        ``conversation`` names the dialogue to the backend's cache.
        """
        ...


def overall(findings: Sequence[Finding]) -> Verdict:
    """Return the verdict about the dialogue: unsafe if any message is, and safe only if all messages are known to be."""
    verdicts = {finding.verdict for finding in findings} or {"unreadable"}
    return "unsafe" if "unsafe" in verdicts else "unreadable" if "unreadable" in verdicts else "safe"


def categories_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the categories of all unsafe messages, each once, in order."""
    return tuple(dict.fromkeys(code for finding in findings for code in finding.categories))
