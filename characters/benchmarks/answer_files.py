"""Store answers from files, such as the published ones of RoleGPT, with the test rows to which they belong."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from characters.benchmarks.answer_scores import scores_of
from characters.benchmarks.languages import language_of
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.row_storing import batches
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow
from rolellm.cleaning import strip_name
from rolellm.rolebench.layout import BenchFile, Split
from rolellm.rolebench.rows import BenchRow, iterate_rows
from studies.storable_text import storable

ROLEGPT = "RoleGPT (published)"
LONGEST_NAME = 100
MOST_LISTED = 20


def store_answers(benchmark: Benchmark, file: BenchFile, rows: Iterable[BenchRow]) -> dict[str, Any]:
    """Store the answers of a file, and return its entry for the benchmark's list of files.

    Test rows without an answer and answers without a test row are counted, and the first of them are listed. Of several
    answers to a row, the first counts.
    """
    answer_set, _ = AnswerSet.objects.get_or_create(
        benchmark=benchmark, name=ROLEGPT, defaults={"model": "", "state": AnswerSet.State.FINISHED}
    )
    tests = BenchmarkRow.objects.filter(benchmark=benchmark, split=file.split, part=file.part, use="test")
    entry = {"path": str(file.path), "content": "answers", "split": file.split, "part": file.part}
    return entry | _store(answer_set, tests, rows)


@transaction.atomic
def import_answers(benchmark: Benchmark, path: Path, name: str, split: Split | None = None) -> dict[str, Any]:
    """Store the answers of a file as a new set without a model, and return the counts. Raises BenchmarkRefused.

    They belong to the test rows of the benchmark, or of this split of it. Raises UnreadableBenchmark for a broken file.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BenchmarkRefused(f"The answers need a name of 1 to {LONGEST_NAME} characters.")
    if benchmark.answer_sets.filter(name=name).exists():
        raise BenchmarkRefused(f"{benchmark.name} has answers named {name!r} already. Choose another name.")
    tests = benchmark.rows.filter(use="test", **{"split": split} if split else {})
    answer_set = AnswerSet.objects.create(benchmark=benchmark, name=name, model="", state=AnswerSet.State.FINISHED)
    counts = _store(answer_set, tests, iterate_rows(path))
    if not counts["matched"]:
        raise BenchmarkRefused(
            f"No answer in {path} has the role and the question of a test row of {benchmark.name}. Choose another file."
        )
    answer_set.configuration = {"file": path.name} | counts
    answer_set.save(update_fields=["configuration"])
    return counts


def _store(answer_set: AnswerSet, tests: QuerySet[BenchmarkRow], rows: Iterable[BenchRow]) -> dict[str, Any]:
    matching = _Matching(answer_set, {(row.role, row.question): row for row in tests.order_by("-position")})
    for batch in batches(matching.answers(rows)):
        Answer.objects.bulk_create(batch)
    return matching.counts()


class _Matching:
    """Finds the test row of each answer."""

    def __init__(self, answer_set: AnswerSet, waiting: dict[tuple[str, str], BenchmarkRow]) -> None:
        self._set = answer_set
        self._waiting = waiting
        self._answered: set[tuple[str, str]] = set()
        self._now = timezone.now()
        self._rows = self._repeated = self._unmatched = 0
        self._examples: list[dict[str, str]] = []

    def answers(self, rows: Iterable[BenchRow]) -> Iterator[Answer]:
        for row in rows:
            self._rows += 1
            key = storable(row.role), storable(row.question)
            if key in self._answered:
                self._repeated += 1
            elif key in self._waiting:
                self._answered.add(key)
                yield self._make(self._waiting.pop(key), storable(row.generated[0]))
            else:
                self._unmatched += 1
                self._examples += [_shown(*key)] if len(self._examples) < MOST_LISTED else []

    def counts(self) -> dict[str, Any]:
        unanswered = [_shown(*key) for key in list(reversed(self._waiting))[:MOST_LISTED]]
        return {
            "rows": self._rows,
            "matched": len(self._answered),
            "repeated": self._repeated,
            "answers_without_row": self._unmatched,
            "rows_without_answer": len(self._waiting),
            "listed_answers": self._examples,
            "listed_rows": unanswered,
        }

    def _make(self, row: BenchmarkRow, raw: str) -> Answer:
        return Answer(
            answer_set=self._set,
            row=row,
            raw=raw,
            text=strip_name(raw, row.role),
            scores=scores_of(raw, row, language_of(self._set.benchmark)),
            finished_at=self._now,
        )


def _shown(role: str, question: str) -> dict[str, str]:
    return {"role": role, "question": question}
