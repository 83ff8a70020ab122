"""Reading of JSON lines."""

from collections.abc import Iterable

from studies.files.records import Record, read_record


def read_records(lines: Iterable[str]) -> list[Record]:
    """Return all dialogues in ``lines``. Raises InvalidRecord for the first line that is not a dialogue."""
    return [read_record(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
