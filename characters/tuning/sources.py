"""Where the rows of a tuning come from, and who their roles are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from characters.models import BenchmarkRow, Character, Triplet
from characters.profiles import as_elicited, pairs_of
from characters.refusals import CharacterRefused
from rolellm import elicitation
from rolellm.languages import detect
from rolellm.pairs import Demonstrations
from rolellm.rolebench.rows import BenchRow, UnreadableBenchmark, read_rows
from rolellm.tuning.recipe import Variant
from rolellm.tuning.samples import Part


@dataclass(frozen=True, slots=True)
class Sources:
    """Files in RoleBench's format, the training rows of stored benchmarks, and the kept triplets of characters.

    ``roles`` limits all of them to these roles; () is all. ``descriptions`` is a file like desc.json, for roles that are not
    stored.
    """

    files: tuple[Path, ...] = ()
    benchmarks: tuple[str, ...] = ()
    triplets_of: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    descriptions: Path | None = None

    def as_object(self) -> dict[str, Any]:
        """Return what is stored with a tuning; of files, their names."""
        return {
            "files": [path.name for path in self.files],
            "benchmarks": list(self.benchmarks),
            "triplets_of": list(self.triplets_of),
            "roles": list(self.roles),
            "descriptions": self.descriptions.name if self.descriptions else "",
        }


def read_sources(sources: Sources) -> list[BenchRow]:
    """Return the rows. Raises CharacterRefused for a file, benchmark or character that is not there."""
    rows = [*_of_files(sources.files), *_of_benchmarks(sources.benchmarks), *_of_triplets(sources.triplets_of)]
    if not sources.roles:
        return rows
    known = {row.role for row in rows}
    if absent := [role for role in sources.roles if role not in known]:
        raise CharacterRefused(f"No row has the role {absent[0]!r}. Choose from: {_listed(sorted(known))}.")
    return [row for row in rows if row.role in sources.roles]


def read_parts(rows: Sequence[BenchRow], descriptions: Path | None, variant: Variant) -> dict[str, Part]:
    """Return the described roles of the rows: stored characters, and for others the texts of the file ``descriptions``.

    Profiles are read only for the variant that needs them. Raises CharacterRefused for a file that is no such file.
    """
    roles = {row.role for row in rows}
    parts = {
        name: Part(elicitation.Character(name, text, detect([text])))
        for name, text in _described(descriptions).items()
        if name in roles
    }
    for character in Character.objects.filter(name__in=roles).exclude(description=""):
        parts[character.name] = _part(character, variant)
    return parts


def _part(character: Character, variant: Variant) -> Part:
    elicited = as_elicited(character)
    if variant == "system" or not (pairs := pairs_of(character)):
        return Part(elicited)
    return Part(elicited, Demonstrations(pairs, elicited.language))


def _of_files(files: Sequence[Path]) -> Iterator[BenchRow]:
    for path in files:
        try:
            yield from read_rows(path)
        except UnreadableBenchmark as error:
            raise CharacterRefused(str(error)) from error


def _of_benchmarks(names: Sequence[str]) -> Iterator[BenchRow]:
    for name in names:
        rows = BenchmarkRow.objects.filter(benchmark__name=name, use="train").order_by("position")
        if not rows.exists():
            raise CharacterRefused(f"There is no benchmark {name!r} with training rows. Load one with rolebench load.")
        for role, question, references in rows.values_list("role", "question", "references").iterator():
            yield BenchRow(role, question, tuple(references))


def _of_triplets(names: Sequence[str]) -> Iterator[BenchRow]:
    for name in names:
        kept = Triplet.objects.filter(call__job__character__name=name, split="train").order_by("call", "position")
        if not kept.exists():
            raise CharacterRefused(
                f"No character {name!r} has triplets for training. Make some with characters instruct."
            )
        for question, answer in kept.values_list("question", "answer"):
            yield BenchRow(name, question, (answer,))


def _described(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    try:
        stored = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise CharacterRefused(f"{path} cannot be read ({error.strerror}). Correct its name.") from error
    except (ValueError, RecursionError) as error:
        raise CharacterRefused(f"{path} is not JSON. Choose a file such as RoleBench's desc.json.") from error
    if not isinstance(stored, dict) or not all(isinstance(text, str) for text in stored.values()):
        raise CharacterRefused(f"{path} must be one JSON object with the description of each role, as desc.json is.")
    return stored


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"{', '.join(names[:10])}{more}" if names else "no role"
