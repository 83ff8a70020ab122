"""Rows of RoleBench's files, an object on each line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class UnreadableBenchmark(ValueError):
    """A file that is none of RoleBench's; the message is one sentence for the researcher."""


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A question to a role with its responses: the references of a test row (one to nine) or the response of a model.

    The order of references carries no meaning. A question is kept as it is written, because files are joined by it; English
    role-specific test questions begin with a blank, which prompts leave out (``asked``). ``types`` say how Context-Instruct
    made each response; general rows have none.
    """

    role: str
    question: str
    generated: tuple[str, ...]
    types: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Return what two files are joined by."""
        return self.role, self.question

    @property
    def asked(self) -> str:
        """Return the question as a prompt shows it."""
        return self.question.strip()


def read_rows(path: Path) -> list[BenchRow]:
    """Return the rows of a file. Raises UnreadableBenchmark with the first line that is not a row."""
    return list(iterate_rows(path))


def iterate_rows(path: Path) -> Iterator[BenchRow]:
    """Return the rows of a file one by one, because a published file has 86 MB. Raises UnreadableBenchmark."""
    for number, line in numbered_lines(path):
        if (row := _read(line)) is None:
            raise UnreadableBenchmark(
                f"Line {number} of {path} is not a RoleBench row. Write a JSON object with role, question and generated, "
                "a list of one or more texts."
            )
        yield row


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines that are not blank, with their numbers from 1. Raises UnreadableBenchmark if there are none."""
    is_empty = True
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    is_empty = False
                    yield number, line
    except FileNotFoundError as error:
        raise UnreadableBenchmark(f"There is no file {path}. Correct its name.") from error
    except UnicodeDecodeError as error:
        raise UnreadableBenchmark(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableBenchmark(
            f"{path} cannot be read ({error.strerror}). Choose a file that you may read."
        ) from error
    if is_empty:
        raise UnreadableBenchmark(f"{path} contains no rows. Choose a file of RoleBench.")


def read_object(line: str) -> dict[str, Any] | None:
    """Return the JSON object of a line, None if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read(line: str) -> BenchRow | None:
    if (row := read_object(line)) is None:
        return None
    role, question, generated = (row.get(key) for key in ("role", "question", "generated"))
    if not isinstance(role, str) or not isinstance(question, str) or not _is_texts(generated):
        return None
    kinds = row.get("type", [])
    types = [kinds] if isinstance(kinds, str) else kinds
    return BenchRow(role, question, tuple(generated or ()), tuple(types)) if _is_texts(types, or_none=True) else None


def _is_texts(found: Any, *, or_none: bool = False) -> bool:
    return isinstance(found, list) and (bool(found) or or_none) and all(isinstance(text, str) for text in found)
