"""Requests for branches, from a page or the command line."""

import hashlib
import json
from dataclasses import asdict, dataclass

from simulation.requests import MOST_TURNS, RequestError, check_seeds

LONGEST_UTTERANCE = 20_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class BranchRequest:
    """The first ``turn`` of a dialogue that a branch plays again, counted from 1, and what it changes.

    Empty and None: as in the dialogue. ``persona`` is a code. A model that is named without a prompt set plays with its own.
    ``utterance`` replaces the inquirer's utterance of that turn. ``max_turns`` counts the turns before it, too.
    ``is_control``: with a seed that neither the dialogue nor any of its branches has. ``has_consent``: participants have
    consented that the providers of its models receive what they wrote. The same request with the same ``key`` is one branch,
    however often it arrives.
    """

    turn: int
    persona: str = ""
    inquirer: str = ""
    responder: str = ""
    inquirer_prompts: str = ""
    responder_prompts: str = ""
    seed: int | None = None
    max_turns: int | None = None
    utterance: str | None = None
    is_control: bool = False
    has_consent: bool = False
    key: str = ""

    def __post_init__(self) -> None:
        if self.seed is not None:
            check_seeds((self.seed,))
        if self.max_turns is not None and not 1 <= self.max_turns <= MOST_TURNS:
            raise RequestError(f"The turn limit must be between 1 and {MOST_TURNS}.", "max_turns")
        if self.utterance is not None:
            _check_utterance(self.utterance)

    @property
    def digest(self) -> str:
        """Return what recognises a repetition of this request; empty without a key, because then there is none."""
        if not self.key:
            return ""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def _check_utterance(utterance: str) -> None:
    if not utterance.strip():
        raise RequestError(
            "The edited utterance is empty. Write one, or let the inquirer write the utterance.", "utterance"
        )
    if len(utterance) > LONGEST_UTTERANCE:
        raise RequestError(
            f"The edited utterance has {len(utterance)} characters. Shorten it to {LONGEST_UTTERANCE}.", "utterance"
        )
