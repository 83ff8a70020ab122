"""Characters, and dialogues in which they are played, as plain rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

from rolellm.languages import Language


@dataclass(frozen=True, slots=True)
class Reference:
    """A character as it is known: ``turns`` are what it says in its script. A machine may say that it is one."""

    name: str
    turns: tuple[str, ...]
    catchphrases: tuple[str, ...] = ()
    language: Language = "en"
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A judge's scores of a turn, from 1 to 5; NaN if no answer of the judge could be read."""

    style: float = nan
    knowledge: float = nan


@dataclass(frozen=True, slots=True)
class Played:
    """A dialogue in which ``character`` is played in some ``way``: by a model, with an elicitation or an adapter.

    ``turns`` are the texts of the character alone, in order. The words of ``goal`` say nothing about style. ``judged`` holds
    by judge the turns, counted from 0, that it was asked about.
    """

    character: str
    way: str
    turns: tuple[str, ...]
    goal: str = ""
    judged: Mapping[str, Mapping[int, Judged]] = field(default_factory=dict)
