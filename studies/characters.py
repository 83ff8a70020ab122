"""Characters of RoleLLM in a study."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from django.db import transaction

from dialogue.names import plain_name
from rolellm.elicitation import Character
from rolellm.pairs import Pair
from studies.audit import Verb, record
from studies.models import CharacterSheet, Persona, Study, write_pairs
from studies.models.studies import FROZEN


class NotCast(ValueError):
    """The character cannot come into the study; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a study copies of a character. The description of ``character`` includes the ``catchphrases``."""

    character: Character
    catchphrases: tuple[str, ...] = ()
    pairs: Sequence[Pair] = ()
    is_audited: bool = False

    @property
    def digest(self) -> str:
        """Return the SHA-256 of everything that affects dialogues."""
        told = [self.character.name, self.character.language, self.character.description, write_pairs(self.pairs)]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def cast_characters(study: Study, parts: Sequence[Part]) -> list[Persona]:
    """Copy the characters into the study, each with a persona; replace the copies of an earlier time. Raises NotCast if the
    study is frozen, and then changes nothing."""
    if Study.objects.select_for_update().get(pk=study.pk).is_frozen:
        raise NotCast(f"{study}: {FROZEN}")
    return [_cast(study, part) for part in parts]


def _cast(study: Study, part: Part) -> Persona:
    values = {
        "language": part.character.language,
        "description": part.character.description,
        "catchphrases": list(part.catchphrases),
        "pairs": write_pairs(part.pairs),
        "digest": part.digest,
        "is_audited": part.is_audited,
    }
    sheet, is_new = CharacterSheet.objects.update_or_create(study=study, name=part.character.name, defaults=values)
    record(
        study, Verb.ADDED if is_new else Verb.CHANGED, f"the character {sheet.name}{'' if is_new else ', a new copy'}"
    )
    there = Persona.objects.filter(character=sheet).first()
    return there or Persona.objects.create(
        study=study, code=_free_code(study, sheet.name), source=Persona.Source.CHARACTER, features={}, character=sheet
    )


def _free_code(study: Study, name: str) -> str:
    """Return the name as a code that no persona of the study has: codes are part of seeds and exports."""
    longest = Persona._meta.get_field("code").max_length or 40
    used = set(study.personas.values_list("code", flat=True))
    plain = plain_name(name)
    codes = (f"{plain[: longest - 4]}-{number}" if number > 1 else plain[:longest] for number in count(1))
    return next(code for code in codes if code not in used)
