"""General instructions: without a role, with or without the answers of the dataset that they come from.

The schema of the published ``instructions-general.jsonl`` is stated nowhere, so several names are understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolellm.rolebench.rows import UnreadableBenchmark, numbered_lines, read_object

QUESTIONS = ("question", "instruction")
ANSWERS = ("answer", "answers", "output", "response", "generated", "target")


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction and the answers that its dataset gives, which RAW compares with."""

    question: str
    answers: tuple[str, ...] = ()


def iterate_instructions(path: Path) -> Iterator[Instruction]:
    """Return the instructions of a file: an object on each line of ``.jsonl``, else the lines of a text.

    Raises UnreadableBenchmark with the first line that is no instruction.
    """
    is_text = path.suffix.lower() != ".jsonl"
    for number, line in numbered_lines(path):
        found = Instruction(line.strip()) if is_text else _read(line)
        if found is None:
            raise UnreadableBenchmark(
                f"Line {number} of {path} is not an instruction. Write a JSON object with question (or instruction) and, if "
                "known, answer."
            )
        yield found


def _read(line: str) -> Instruction | None:
    if (row := read_object(line)) is None:
        return None
    question = next((row[key] for key in QUESTIONS if key in row), None)
    answers = _texts(next((row[key] for key in ANSWERS if key in row), []))
    if not isinstance(question, str) or not question.strip() or answers is None:
        return None
    return Instruction(question, answers)


def _texts(found: Any) -> tuple[str, ...] | None:
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        return None
    return tuple(listed)
