"""What was found in a benchmark's files, in words."""

from collections.abc import Iterator
from typing import Any


def describe_file(file: dict[str, Any]) -> str:
    """Return what the entry of a file says: its rows, and those that lack a partner."""
    if file.get("is_missing"):
        return "missing"
    return "; ".join(_facts(file))


def _facts(file: dict[str, Any]) -> Iterator[str]:
    content = file["content"]
    if content == "raw answers":
        yield f"{file['rows']:,} instructions with raw answers, which {file['matched']:,} general rows have"
        return
    what = {"train": "training rows", "test": "test rows", "answers": "answers of RoleGPT"}[content]
    yield f"{file['rows']:,} {what}"
    if file.get("leaked"):
        yield f"{file['leaked']:,} questions also occur in training"
    if file.get("rows_without_answer"):
        yield f"{file['rows_without_answer']:,} test rows have no answer"
    if file.get("answers_without_row"):
        yield f"{file['answers_without_row']:,} answers belong to no test row and were left out"
    if file.get("repeated"):
        yield f"{file['repeated']:,} further answers to the same row were left out"
