"""Store the rows of a benchmark's files in the order of the files."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Benchmark, BenchmarkRow
from rolellm.rolebench.instructions import Instruction
from rolellm.rolebench.layout import BenchFile, Part, Split
from rolellm.rolebench.leaks import comparable
from rolellm.rolebench.rows import BenchRow
from studies.storable_text import storable

BATCH = 1000
LONGEST_ROLE = 100
Made = TypeVar("Made")


def batches(made: Iterator[Made]) -> Iterator[list[Made]]:
    """Return the items in lists that are small enough for one statement."""
    while batch := list(islice(made, BATCH)):
        yield batch


class RowStore:
    """Stores rows of a new benchmark, a thousand at a time, and knows the training questions that it has seen.

    ``raw`` are the datasets' own answers by instruction, which general rows get. Training files must come first.
    """

    def __init__(self, benchmark: Benchmark, raw: Mapping[str, Instruction]) -> None:
        self._benchmark = benchmark
        self._raw = raw
        self._position = 0
        self._with_raw = 0
        self._training: dict[tuple[Split, Part], set[str]] = {}

    def store(self, file: BenchFile, rows: Iterable[BenchRow]) -> dict[str, Any]:
        """Store the rows of a file, and return its entry for the benchmark's list of files."""
        before, leaked = self._position, 0
        for batch in batches(self._made(file, rows)):
            BenchmarkRow.objects.bulk_create(batch)
            leaked += sum(row.is_leaked for row in batch)
        entry = {"path": str(file.path), "content": file.content, "split": file.split, "part": file.part}
        counted = {"leaked": leaked} if file.content == "test" else {}
        return entry | {"rows": self._position - before} | counted

    def raw_answers_entry(self, path: str) -> dict[str, Any]:
        """Return the entry of the file with raw answers: how many it has, and how many rows got one."""
        return {"path": path, "content": "raw answers", "rows": len(self._raw), "matched": self._with_raw}

    def _made(self, file: BenchFile, rows: Iterable[BenchRow]) -> Iterator[BenchmarkRow]:
        training = self._training.setdefault((file.split, file.part), set())
        for row in rows:
            if file.content == "train":
                training.add(comparable(row.question))
            yield self._make(file, row, file.content == "test" and comparable(row.question) in training)

    def _make(self, file: BenchFile, row: BenchRow, is_leaked: bool) -> BenchmarkRow:
        if not row.role.strip() or len(row.role) > LONGEST_ROLE:
            raise BenchmarkRefused(f"A role in {file.path} has no name, or one of more than {LONGEST_ROLE} characters.")
        raw = self._raw.get(row.question.strip()) if file.part == "general" else None
        self._with_raw += raw is not None
        self._position += 1
        return BenchmarkRow(
            benchmark=self._benchmark,
            position=self._position - 1,
            split=file.split,
            part=file.part,
            use=file.content,
            role=storable(row.role),
            question=storable(row.question),
            references=[storable(text) for text in row.generated],
            types=[storable(text) for text in row.types],
            raw_answers=[storable(text) for text in raw.answers] if raw else [],
            is_leaked=is_leaked,
        )
