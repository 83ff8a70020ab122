"""Which stored characters play the roles of a benchmark, and which roles cannot be played."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from characters.models import Character
from characters.profiles import description_of, rows_of
from rolellm.elicitation import Elicitation

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Cast:
    """The characters by role, with what was said about them; ``unfit`` says why the other roles cannot be played."""

    characters: dict[str, Character]
    profiles: dict[str, str]
    unfit: dict[str, str]

    @property
    def refusal(self) -> str:
        """Return the roles that cannot be played, in one sentence for each reason."""
        reasons: dict[str, list[str]] = {}
        for role, reason in self.unfit.items():
            reasons.setdefault(reason, []).append(role)
        listed = "; ".join(f"{reason}: {_listed(roles)}" for reason, roles in reasons.items())
        return f"Some roles cannot be played ({listed}). Add or complete the characters, or leave these roles out."

    def as_configuration(self) -> dict[str, Any]:
        """Return what of each character affects answers: its words and a digest of its profile."""
        return {
            role: {
                "name": character.name,
                "description": description_of(character),
                "language": character.language,
                "profile": self.profiles[role],
            }
            for role, character in sorted(self.characters.items())
        }


def cast_roles(roles: Collection[str], elicitation: Elicitation) -> Cast:
    """Return the stored characters with these names, and why the others are unfit for the elicitation."""
    known = {character.name: character for character in Character.objects.filter(name__in=roles)}
    profiles = {name: digest_of(character) for name, character in known.items()}
    problems = {role: _problem(known.get(role), profiles.get(role, ""), elicitation) for role in sorted(roles)}
    unfit = {role: problem for role, problem in problems.items() if problem}
    fit = {role: character for role, character in known.items() if role not in unfit}
    return Cast(fit, profiles, unfit)


def digest_of(character: Character) -> str:
    """Return a digest of the character's profile; empty without one."""
    rows = rows_of(character)
    return hashlib.sha256(json.dumps([asdict(row) for row in rows]).encode()).hexdigest()[:16] if rows else ""


def _problem(character: Character | None, profile: str, elicitation: Elicitation) -> str:
    if character is None:
        return "not stored"
    if not character.description.strip():
        return "without a description"
    return "without a profile to retrieve from" if elicitation != "zero-shot" and not profile else ""


def _listed(roles: list[str]) -> str:
    more = f" and {len(roles) - _LISTED} more" if len(roles) > _LISTED else ""
    return ", ".join(roles[:_LISTED]) + more
