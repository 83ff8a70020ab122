"""Signs in a turn that a character is, or is no longer, played: catchphrases, reveals of being a model, refusals."""

from dataclasses import dataclass

from analysis.statistics.drift.played import Reference
from rolellm.catchphrases import says_catchphrase
from rolellm.cleaning import faults


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs in one turn. ``has_catchphrase`` is None if the character has no catchphrase."""

    has_catchphrase: bool | None
    is_reveal: bool
    is_refusal: bool


def signs_in(text: str, character: Reference) -> Signs:
    """Return the signs, by the patterns with which RoleLLM cleans responses. A machine cannot reveal that it is one."""
    found = faults(text, character.name, is_machine=character.is_machine)
    phrases = character.catchphrases
    return Signs(
        says_catchphrase(text, phrases, character.language) if phrases else None,
        "reveals a model" in found,
        "refuses" in found,
    )
