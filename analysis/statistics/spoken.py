"""Dialogues as plain rows, natural and simulated ones alike, for the measures of health and fidelity."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """An utterance and the answer to it; the answer may be empty."""

    utterance: str
    response: str


@dataclass(frozen=True, slots=True)
class SpokenOutput:
    """An output of a model, accepted or not. ``turn`` is counted from 1, ``attempt`` from 0; ``is_cut``: a limit ended it.

    ``is_self_reply``: it was cut where the model began a message of the other speaker. ``is_end``: it ends the dialogue;
    ``has_rest``: there is text beside its stop token.
    """

    speaker: str
    turn: int
    is_cut: bool
    is_self_reply: bool
    is_end: bool = False
    has_rest: bool = False


@dataclass(frozen=True, slots=True)
class SpokenDialogue:
    """A dialogue about a goal. ``person`` is the code of the persona: a participant, or the persona that a model played.

    ``features`` are the persona's answers to the form, ``persona`` is the sentence that the inquirer was given. ``ending`` is
    empty if it was not recorded. ``stop_token`` and ``marks`` must not occur in texts that were sent.
    """

    person: str
    goal_number: int
    goal: str
    is_natural: bool
    turns: tuple[SpokenTurn, ...]
    ending: str = ""
    persona: str = ""
    features: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[SpokenOutput, ...] = ()
    stop_token: str = ""
    marks: tuple[str, ...] = ()

    @property
    def utterances(self) -> list[str]:
        return [turn.utterance for turn in self.turns]
