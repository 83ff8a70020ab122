"""What was found in a benchmark's files, in words."""

from collections.abc import Iterator
from typing import Any

from characters.benchmarks.left_out import REASONS
from characters.quantities import counted


def describe_file(file: dict[str, Any]) -> str:
    """Return what the entry of a file says: its rows, and those that lack a partner."""
    if file.get("is_missing"):
        return "missing"
    return "; ".join(_facts(file))


def _facts(file: dict[str, Any]) -> Iterator[str]:
    content = file["content"]
    if content == "raw answers":
        yield f"{counted(file['rows'], 'raw answer')}, found for {counted(file['matched'], 'general row')}"
        return
    yield counted(file["rows"], {"train": "training row", "test": "test row", "answers": "answer"}[content])
    if number := file.get("leaked"):
        yield f"{counted(number, 'question')} also in training"
    if number := file.get("rows_without_answer"):
        yield f"{counted(number, 'test row')} without an answer"
    if number := file.get("answers_without_row"):
        yield f"{counted(number, 'answer')} without a test row, left out"
    if number := file.get("repeated"):
        yield f"{counted(number, 'further answer')} to the same rows, left out"
    for why, number in file.get("left_out", {}).items():
        yield f"{counted(number, 'instruction')} {REASONS[why]}"
