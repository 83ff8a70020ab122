"""The storing of profiles: a character with its turns, all of them or nothing."""

from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.models import User
from django.db import transaction

from characters.imports.limits import check_name, check_rows
from characters.models import Character, ContextInstruct, ProfileTurn
from characters.profile_reports import count_parts
from characters.profiles import rows_of
from characters.refusals import CharacterRefused
from rolellm.profiles import Profile
from rolellm.rounds import Row
from studies.audit import Verb, record
from studies.storable_text import storable

Outcome = Literal["new", "added", "replaced", "unchanged"]
_BATCH = 2_000
"""Rows in a statement: the profile of a very long script must not be one statement."""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A character and what was done: "added" is a profile for a character that had only a description."""

    character: Character
    outcome: Outcome


@transaction.atomic
def store_profile(
    profile: Profile, *, source: str = "", script: str = "", author: User | None = None, replace: bool = False
) -> StoredProfile:
    """Store the profile as that of the character with its name.

    An equal profile that is already stored stays. Another one is only replaced with ``replace``; the description and its audit
    stay. Raises CharacterRefused.
    """
    rows = [Row(row.act_id, row.diag_id, storable(row.role), storable(row.content)) for row in profile.rows]
    check_rows(rows)
    values = _values(profile, source, script)
    name = check_name(storable(profile.role.name))
    character, is_new = Character.objects.select_for_update().get_or_create(
        name=name, defaults=values | {"created_by": author}
    )
    outcome: Outcome = "new" if is_new else _outcome(character, rows, replace=replace)
    if outcome in ("added", "replaced"):
        _update(character, values)
    if outcome != "unchanged":
        ProfileTurn.objects.bulk_create(_turns(character, rows), batch_size=_BATCH)
        record(None, Verb.IMPORTED, f"the profile of {name}", about=name)
    return StoredProfile(character, outcome)


def _values(profile: Profile, source: str, script: str) -> dict[str, object]:
    values: dict[str, object] = {
        "aliases": [storable(alias) for alias in profile.role.aliases],
        "language": profile.language,
        "source": storable(source)[:200],
        "counts": count_parts(profile),
        "unmatched_speakers": {storable(name): count for name, count in profile.unmatched_speakers.most_common()},
    }
    return values | ({"script": storable(script)[:200]} if script else {})


def _outcome(character: Character, rows: list[Row], *, replace: bool) -> Outcome:
    """Return what is to be done with a character that exists. Raises CharacterRefused."""
    stored = rows_of(character)
    if not stored:
        return "added"
    if stored == rows:
        return "unchanged"
    if not replace:
        raise CharacterRefused(
            f"A character {character.name!r} with another profile is already stored. Choose another name, or replace its "
            "profile (--replace), which keeps its description and audit."
        )
    _refuse_in_use(character)
    return "replaced"


def _refuse_in_use(character: Character) -> None:
    """Raise CharacterRefused if a job in progress names rows of the profile by their numbers."""
    ended = (ContextInstruct.State.FINISHED, ContextInstruct.State.CANCELLED)
    if character.instructions.exclude(state__in=ended).exists():
        raise CharacterRefused(
            f"Context-Instruct for {character.name!r} is not finished and uses the stored profile. Cancel it first, or wait "
            "until it is finished."
        )


def _update(character: Character, values: dict[str, object]) -> None:
    character.turns.all().delete()
    for field, value in values.items():
        setattr(character, field, value)
    character.save(update_fields=[*values, "changed_at"])


def _turns(character: Character, rows: list[Row]) -> list[ProfileTurn]:
    return [
        ProfileTurn(
            character=character,
            position=position,
            act_id=row.act_id,
            diag_id=row.diag_id,
            role=row.role,
            content=row.content,
        )
        for position, row in enumerate(rows)
    ]
