"""The published folders of profiles: ``desc.json``, ``scripts.json`` and a file of rows for each role."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from characters.imports.descriptions import StoredDescription, read_texts, store_descriptions
from characters.imports.profiles import StoredProfile, store_profile
from characters.refusals import CharacterRefused
from rolellm.profiles import Profile, read_profile
from rolellm.roles import Role
from rolellm.scripts.turns import UnreadableScript

_PROFILE = re.compile(r"profiles-[a-z]+-(?P<name>.+?)(?:\.excerpt)?\.jsonl")


@dataclass(frozen=True, slots=True)
class PublishedFolder:
    """What a folder holds. ``left_out`` says for each unusable file of rows why; two of the published ones are empty."""

    profiles: dict[str, Profile]
    descriptions: dict[str, str]
    scripts: dict[str, str]
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """What was done with each character of a folder."""

    profiles: list[StoredProfile]
    descriptions: list[StoredDescription]
    left_out: dict[str, str]


def read_folder(folder: Path, name: str = "") -> PublishedFolder:
    """Read the folder, or only what belongs to the role ``name``. Raises UnreadableScript or CharacterRefused."""
    files = {found["name"]: path for path in sorted(folder.iterdir()) if (found := _PROFILE.fullmatch(path.name))}
    descriptions, scripts = (_read_if_there(folder / file) for file in ("desc.json", "scripts.json"))
    if not files and not descriptions:
        raise CharacterRefused(
            f"{folder} contains neither desc.json nor profiles-….jsonl. Name the folder of published profiles, or a file."
        )
    if name and name not in {*files, *descriptions}:
        raise CharacterRefused(f"{folder} contains no character {name!r}. Correct --name, or omit it to import all.")
    wanted = {role for role in {*files, *descriptions} if not name or role == name}
    profiles, left_out = _read_profiles({role: path for role, path in files.items() if role in wanted})
    return PublishedFolder(
        profiles, {role: text for role, text in descriptions.items() if role in wanted}, scripts, left_out
    )


@transaction.atomic
def store_folder(
    folder: PublishedFolder, source: str, *, author: User | None = None, replace: bool = False
) -> StoredFolder:
    """Store everything that the folder holds, or nothing. Raises CharacterRefused."""
    profiles = [
        store_profile(profile, source=source, script=folder.scripts.get(name, ""), author=author, replace=replace)
        for name, profile in folder.profiles.items()
    ]
    described = store_descriptions(folder.descriptions, folder.scripts, author=author, replace=replace)
    return StoredFolder(profiles, described, folder.left_out)


def _read_if_there(path: Path) -> dict[str, str]:
    return read_texts(path) if path.exists() else {}


def _read_profiles(files: dict[str, Path]) -> tuple[dict[str, Profile], dict[str, str]]:
    profiles: dict[str, Profile] = {}
    left_out: dict[str, str] = {}
    for name, path in files.items():
        try:
            profiles[name] = read_profile(path, Role(name))
        except UnreadableScript as error:
            left_out[path.name] = str(error)
    return profiles, left_out
