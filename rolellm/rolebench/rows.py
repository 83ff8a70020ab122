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
    role-specific test questions begin with a blank, which prompts leave out (``asked``).
    """

    role: str
    question: str
    generated: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what two files are joined by."""
        return self.role, self.question

    @property
    def asked(self) -> str:
        """Return the question as a prompt shows it."""
        return self.question.strip()


def read_rows(path: Path) -> list[BenchRow]:
    """Return the rows of a file. Raises UnreadableBenchmark with the first line that is no row."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            rows = list(_rows(path, file))
    except FileNotFoundError as error:
        raise UnreadableBenchmark(f"There is no file {path}. Correct its name.") from error
    except UnicodeDecodeError as error:
        raise UnreadableBenchmark(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableBenchmark(
            f"{path} cannot be read ({error.strerror}). Choose a file that you may read."
        ) from error
    if not rows:
        raise UnreadableBenchmark(f"{path} contains no rows. Choose a file of RoleBench.")
    return rows


def _rows(path: Path, lines: Iterator[str]) -> Iterator[BenchRow]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            if (row := _read(line)) is None:
                raise UnreadableBenchmark(
                    f"Line {number} of {path} is no row of RoleBench: write a JSON object with role, question and generated, "
                    "a list of one or more texts."
                )
            yield row


def _read(line: str) -> BenchRow | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    role, question, generated = (row.get(key) for key in ("role", "question", "generated"))
    if not isinstance(role, str) or not isinstance(question, str) or not _is_texts(generated):
        return None
    return BenchRow(role, question, tuple(generated or ()))


def _is_texts(generated: Any) -> bool:
    return isinstance(generated, list) and bool(generated) and all(isinstance(text, str) for text in generated)
