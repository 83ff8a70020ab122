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
        yield f"{_counted(file['rows'], 'raw answer')}, found for {_counted(file['matched'], 'general row')}"
        return
    yield _counted(file["rows"], {"train": "training row", "test": "test row", "answers": "answer"}[content])
    if number := file.get("leaked"):
        yield f"{_counted(number, 'question')} also in training"
    if number := file.get("rows_without_answer"):
        yield f"{_counted(number, 'test row')} without an answer"
    if number := file.get("answers_without_row"):
        yield f"{_counted(number, 'answer')} without a test row, left out"
    if number := file.get("repeated"):
        yield f"{_counted(number, 'further answer')} to the same rows, left out"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
