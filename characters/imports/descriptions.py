"""Descriptions of characters in a file ``{role: text}``, as RoleBench publishes them (``desc.json``)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.contrib.auth.models import User
from django.db import transaction

from characters.imports.limits import check_name
from characters.models import Character
from characters.refusals import CharacterRefused
from rolellm.descriptions import split_catchphrases
from rolellm.languages import detect
from rolellm.scripts.reading import decode, read_bytes
from rolellm.scripts.turns import UnreadableScript
from studies.audit import Verb, record
from studies.storable_text import storable

Outcome = Literal["new", "added", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class StoredDescription:
    """A character and what was done: "added" is a description for a character that had only a profile."""

    character: Character
    outcome: Outcome


def read_texts(path: Path) -> dict[str, str]:
    """Return the object in a JSON file whose values are texts. Raises UnreadableScript with one sentence."""
    return parse_texts(read_bytes(path), str(path))


def parse_texts(content: bytes, name: str) -> dict[str, str]:
    """Return the object in the content of the JSON file ``name``. Raises UnreadableScript with one sentence."""
    try:
        found = json.loads(decode(content, name))
    except (ValueError, RecursionError) as error:
        if isinstance(error, UnreadableScript):
            raise
        raise UnreadableScript(f'{name} is not JSON. Write an object {{"role": "description"}}.') from error
    if not isinstance(found, dict) or not found or not all(isinstance(text, str) for text in found.values()):
        raise UnreadableScript(f'{name} has no descriptions by role. Write an object {{"role": "description"}}.')
    return found


@transaction.atomic
def store_descriptions(
    texts: Mapping[str, str],
    scripts: Mapping[str, str] | None = None,
    *,
    author: User | None = None,
    replace: bool = False,
) -> list[StoredDescription]:
    """Store the descriptions, with their catchphrases, or none of them. Raises CharacterRefused.

    A character's other description is only replaced with ``replace``; the new one is not audited.
    """
    titles = scripts or {}
    stored = [_store(name, text, titles.get(name, ""), author, replace=replace) for name, text in texts.items()]
    for one in stored:
        if one.outcome != "unchanged":
            record(None, Verb.IMPORTED, f"the description of {one.character.name}", about=one.character.name)
    return stored


def _store(name: str, text: str, script: str, author: User | None, *, replace: bool) -> StoredDescription:
    if not text.strip():
        raise CharacterRefused(f"The description of {name!r} is empty. Write one, or remove the entry.")
    description, catchphrases = split_catchphrases(storable(text))
    values: dict[str, object] = {"description": description, "catchphrases": catchphrases}
    character, is_new = Character.objects.select_for_update().get_or_create(
        name=check_name(storable(name)),
        defaults=values | {"language": detect([text]), "script": storable(script)[:200], "created_by": author},
    )
    if is_new:
        return StoredDescription(character, "new")
    return StoredDescription(character, _describe(character, values, replace=replace))


def _describe(character: Character, values: dict[str, object], *, replace: bool) -> Outcome:
    if all(getattr(character, field) == value for field, value in values.items()):
        return "unchanged"
    if character.description and not replace:
        raise CharacterRefused(
            f"{character.name!r} already has another description. Remove the entry from the file, or replace it (--replace)."
        )
    outcome: Outcome = "replaced" if character.description else "added"
    for field, value in {**values, "described_by": "", "audit": Character.Audit.NONE}.items():
        setattr(character, field, value)
    character.save(update_fields=[*values, "described_by", "audit", "changed_at"])
    return outcome
