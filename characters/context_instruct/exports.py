"""Export of characters with their selected triplets, as a folder or an archive in RoleBench's format."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from characters.context_instruct.answers import as_triplets
from characters.models import Character, ContextInstruct, Triplet
from characters.profiles import description_of, language_of, rows_of
from characters.refusals import CharacterRefused
from rolellm import triplets
from rolellm.rolebench.export import ExportedRole, Files, files_of, group


@dataclass(frozen=True, slots=True)
class Export:
    """The files of some roles, and how much of each role they contain."""

    roles: tuple[ExportedRole, ...]
    files: Files

    @property
    def counts(self) -> list[dict[str, str | int]]:
        """Return for each role the numbers of its profile rows, training triplets and test questions."""
        return [
            {"name": role.name, "rows": len(role.rows), "train": len(role.training), "test": len(role.test)}
            for role in self.roles
        ]


def export_characters(characters: Sequence[Character]) -> Export:
    """Return the files of the characters, each with its latest selected triplets. Raises CharacterRefused."""
    jobs = [_latest(character) for character in {character.pk: character for character in characters}.values()]
    return export_jobs(jobs)


def export_jobs(jobs: Sequence[ContextInstruct]) -> Export:
    """Return the files of the jobs' characters with the triplets of these jobs."""
    roles = tuple(_role(job) for job in jobs)
    return Export(roles, files_of(roles))


def write_folder(export: Export, folder: Path) -> None:
    """Write the files into a new or empty folder: all of them or none. Raises CharacterRefused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CharacterRefused(f"{folder} exists and is not an empty folder. Name a new folder.")
    unfinished = folder.with_name(f"{folder.name}.{token_hex(4)}.part")
    try:
        for path, content in export.files.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8", newline="")
        unfinished.replace(folder)
    except OSError as error:
        raise CharacterRefused(
            f"{folder} cannot be written ({error.strerror}). Name a folder in a place that you may write to, with enough space."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _latest(character: Character) -> ContextInstruct:
    found = character.instructions.filter(is_filtered=True).order_by("pk").last()
    if found is None:
        raise CharacterRefused(
            f"{character.name} has no triplets to export. Make them with python manage.py characters instruct, or on the "
            "character's page."
        )
    return found


def _role(job: ContextInstruct) -> ExportedRole:
    character = job.character
    return ExportedRole(
        character.name,
        language_of(character),
        description_of(character),
        character.script,
        rows_of(character),
        _triplets(job, "train"),
        group(_triplets(job, "test")),
    )


def _triplets(job: ContextInstruct, split: str) -> list[triplets.Triplet]:
    rows = Triplet.objects.filter(call__job=job, split=split).select_related("call")
    found = list(rows.order_by("call__position", "position"))
    return as_triplets(found, [row.call.origin for row in found])
