"""Roles and their triplets as the files that RoleBench publishes (sections a.8, b and e of its data card)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from rolellm.languages import Language
from rolellm.rounds import Row
from rolellm.triplets import Origin, Triplet

_SUFFIX: dict[Language, str] = {"en": "eng", "zh": "zh"}
_ROWS: dict[Language, PurePosixPath] = {
    "en": PurePosixPath("rolebench-eng/instruction-generalization/role_specific"),
    "zh": PurePosixPath("rolebench-zh/role_specific"),
}

Files = dict[PurePosixPath, str]
"""The contents of files by their paths."""


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A question of the test part with the answers that were generated for it, and the origin of each."""

    question: str
    answers: tuple[str, ...]
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class ExportedRole:
    """A role: its description with catchphrases in one text, its script, its profile and its selected triplets."""

    name: str
    language: Language
    description: str
    script: str
    rows: Sequence[Row]
    training: Sequence[Triplet]
    test: Sequence[TestQuestion]


def files_of(roles: Sequence[ExportedRole]) -> Files:
    """Return the files of these roles, as far as they concern them. All strings are written exactly as they are."""
    languages: list[Language] = ["en", "zh"]
    found: Files = {}
    for language in languages:
        if chosen := [role for role in roles if role.language == language]:
            found |= _profiles(chosen, _SUFFIX[language]) | _instructions(chosen, _SUFFIX[language])
            found |= _benchmark(chosen, _ROWS[language])
    return found


def group(test: Iterable[Triplet]) -> list[TestQuestion]:
    """Return the questions of the test part, each once with all answers to it, in the order of their first."""
    groups: dict[str, list[Triplet]] = {}
    for triplet in test:
        groups.setdefault(triplet.question, []).append(triplet)
    return [
        TestQuestion(question, tuple(each.answer for each in found), tuple(each.origin for each in found))
        for question, found in groups.items()
    ]


def _profiles(roles: Sequence[ExportedRole], suffix: str) -> Files:
    folder = PurePosixPath(f"profiles-{suffix}")
    found = {
        folder / "desc.json": _object({role.name: role.description for role in roles}),
        folder / "scripts.json": _object({role.name: role.script for role in roles}),
    }
    for role in roles:
        found[folder / f"profiles-{suffix}-{_in_file_name(role.name)}.jsonl"] = _lines(asdict(row) for row in role.rows)
    return found


def _instructions(roles: Sequence[ExportedRole], suffix: str) -> Files:
    folder = PurePosixPath(f"instructions-{suffix}")
    names = {role.name: f"role-specific-{_in_file_name(role.name)}.jsonl" for role in roles}
    numbers = _lines({"role": names[role.name], "num": len(role.training)} for role in roles)
    return {folder / "nums.jsonl": numbers} | {
        folder / names[role.name]: _lines(_instruction(*each) for each in enumerate(role.training)) for role in roles
    }


def _instruction(number: int, triplet: Triplet) -> dict[str, Any]:
    return {
        "id": number,
        "instruction": triplet.question,
        "metrics": triplet.metrics,
        "answer": triplet.answer,
        "type": triplet.origin,
    }


def _benchmark(roles: Sequence[ExportedRole], folder: PurePosixPath) -> Files:
    return {
        folder / "train.jsonl": _lines(_training_rows(roles)),
        folder / "test.jsonl": _lines(_test_rows(roles)),
    }


def _training_rows(roles: Sequence[ExportedRole]) -> Iterator[dict[str, Any]]:
    for role in roles:
        for each in role.training:
            yield {"role": role.name, "question": each.question, "generated": [each.answer], "type": each.origin}


def _test_rows(roles: Sequence[ExportedRole]) -> Iterator[dict[str, Any]]:
    for role in roles:
        for each in role.test:
            told = {"role": role.name, "question": each.question}
            yield told | {"generated": list(each.answers), "type": list(each.origins)}


def _object(texts: Mapping[str, str]) -> str:
    return json.dumps(texts, ensure_ascii=False, indent=2) + "\n"


def _lines(objects: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in objects)


def _in_file_name(role: str) -> str:
    """Return the role's name without slashes, which would name a folder. The files themselves hold the exact name."""
    return role.replace("/", "_").replace("\\", "_")
