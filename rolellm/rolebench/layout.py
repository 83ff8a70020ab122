"""The folders in which RoleBench is published (section 4.1, appendix F), whole or in part."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from rolellm.languages import Language
from rolellm.rolebench.rows import UnreadableBenchmark

Split = Literal["instruction", "role"]
Part = Literal["general", "role_specific"]
Use = Literal["train", "test"]
Content = Literal["train", "test", "answers"]

_NAMES: dict[str, Content] = {"train.jsonl": "train", "test.jsonl": "test", "rolegpt_baseline.jsonl": "answers"}
_PARTS: tuple[Part, ...] = get_args(Part)
_RAW = "instructions-general.jsonl"


@dataclass(frozen=True, slots=True)
class BenchFile:
    """One file: what its rows are, and its ``path`` relative to the folder. Without a ``language``, it must be detected."""

    path: PurePosixPath
    split: Split
    part: Part
    content: Content
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a folder: those that are there, training rows first, and those that the published folder also has.

    ``raw_answers`` is the file with the datasets' own answers to general instructions, where there is one.
    """

    found: tuple[BenchFile, ...]
    missing: tuple[BenchFile, ...]
    raw_answers: PurePosixPath | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    folder: PurePosixPath
    language: Language
    split: Split
    part: Part


_FOLDERS: tuple[tuple[str, Language, Split], ...] = (
    ("rolebench-eng/instruction-generalization", "en", "instruction"),
    ("rolebench-eng/role-generalization", "en", "role"),
    ("rolebench-zh", "zh", "instruction"),
)
_PLACES = tuple(
    _Place(PurePosixPath(folder) / part, language, split, part)
    for folder, language, split in _FOLDERS
    for part in _PARTS
)


def read_layout(folder: Path, language: Language | None = None) -> Layout:
    """Return the files of a published folder, of a folder within it, or of an export with train.jsonl and test.jsonl.

    Raises UnreadableBenchmark if there are none, or if both languages are there and none is chosen.
    """
    if not folder.is_dir():
        raise UnreadableBenchmark(f"There is no folder {folder}. Correct its name.")
    expected = _chosen(folder, list(_published(folder)) or list(_plain(folder)), language)
    found = [file for file in expected if (folder / file.path).is_file()]
    if not found:
        raise UnreadableBenchmark(
            f"{folder} contains no files of RoleBench. Choose the folder with rolebench-eng or rolebench-zh, or one with "
            "test.jsonl."
        )
    found.sort(key=lambda file: get_args(Content).index(file.content))
    missing = [file for file in expected if file not in found and (file.language or file.content != "answers")]
    return Layout(tuple(found), tuple(missing), _raw_answers(folder, found[0].language or language))


def _chosen(folder: Path, files: list[BenchFile], language: Language | None) -> list[BenchFile]:
    """Return the files in the chosen language, or in the only one that is there."""
    there = {file.language for file in files if (folder / file.path).is_file()}
    if language is None and len(there) > 1:
        raise UnreadableBenchmark(
            f"{folder} contains English and Chinese files. Choose a language, or the folder of one of them."
        )
    chosen = language or next(iter(there), None)
    return [file for file in files if file.language in (chosen, None)]


def _published(folder: Path) -> Iterator[BenchFile]:
    """Return all files that the published folder has here: ``folder`` may be any part of it."""
    above = folder.resolve().parts
    for place in _PLACES:
        parts = place.folder.parts
        for depth in range(len(parts) + 1):
            inside = folder.joinpath(*parts[depth:])
            if above[len(above) - depth :] == parts[:depth] and (depth or (folder / parts[0]).is_dir()):
                here = PurePosixPath(inside.relative_to(folder).as_posix())
                yield from _files(here, place.split, place.part, place.language)
                break


def _plain(folder: Path) -> Iterator[BenchFile]:
    """Return the files of an export of one's own: in folders for the parts, or role-specific ones without a folder."""
    parts = [part for part in _PARTS if (folder / part).is_dir()]
    for part in parts:
        yield from _files(PurePosixPath(part), "instruction", part)
    if not parts:
        yield from _files(PurePosixPath(), "instruction", "role_specific")


def _files(here: PurePosixPath, split: Split, part: Part, language: Language | None = None) -> Iterator[BenchFile]:
    for name, content in _NAMES.items():
        yield BenchFile(here / name, split, part, content, language)


def _raw_answers(folder: Path, language: Language | None) -> PurePosixPath | None:
    beside = PurePosixPath("instructions-zh" if language == "zh" else "instructions-eng")
    return next((path for path in (beside / _RAW, PurePosixPath(_RAW)) if (folder / path).is_file()), None)
