"""The content of a benchmark's page: its files, the answers to it, and their scores."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from characters.benchmarks.file_words import describe_file
from characters.benchmarks.languages import language_of
from characters.benchmarks.pages.answer_form import AnswerForm
from characters.benchmarks.pages.left_out_page import count_left_out
from characters.benchmarks.progress import Progress, read_progress
from characters.benchmarks.results import read_results, splits_of
from characters.benchmarks.score_tables import score_tables
from characters.models import Answer, AnswerSet, Benchmark, Character
from characters.profiles import LANGUAGE_NAMES
from jobs.heartbeats import absent_worker
from rolellm.rolebench.layout import Split
from studies.files.printed_tables import Table


@dataclass(frozen=True, slots=True)
class SetLine:
    """An answer set with its progress."""

    answer_set: AnswerSet
    progress: Progress
    absent_worker: str

    @property
    def is_published(self) -> bool:
        return not self.answer_set.model

    @property
    def left_out(self) -> str:
        """Return the roles whose rows were left out, with the reasons."""
        found = self.answer_set.configuration.get("left_out", {})
        return ", ".join(f"{role} ({why})" for role, why in found.items())


@dataclass(frozen=True)
class AnswersPart:
    """The part of the page that changes while models answer. Its scores are read when they are shown."""

    benchmark: Benchmark
    lines: list[SetLine]

    @cached_property
    def tables(self) -> list[Table]:
        return [table for split in splits_of(self.benchmark) for table in tables_of(self.benchmark, split)]

    @property
    def is_under_way(self) -> bool:
        return any(line.answer_set.is_running and line.progress.left for line in self.lines)

    @property
    def seen(self) -> str:
        """Return a digest of everything that can change, so that an unchanged part is not replaced while someone reads it."""
        parts = [
            [
                each.answer_set.state,
                each.answer_set.is_queued,
                each.answer_set.message,
                each.progress.finished,
                each.absent_worker,
            ]
            for each in self.lines
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ListedRows:
    """Rows of a file that lack a partner."""

    path: str
    what: str
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class BenchmarkPage:
    """A benchmark's page. ``form`` starts answers."""

    benchmark: Benchmark
    answers: AnswersPart
    form: AnswerForm

    @property
    def language(self) -> str:
        return LANGUAGE_NAMES[language_of(self.benchmark)]

    @property
    def files(self) -> list[tuple[str, str, bool]]:
        """Return each file with what it contained, and whether it is missing."""
        return [(file["path"], describe_file(file), bool(file.get("is_missing"))) for file in self.benchmark.files]

    @property
    def listed(self) -> list[ListedRows]:
        """Return the rows that lack a partner, as far as they are listed."""
        kinds = {"listed_rows": "test rows without an answer", "listed_answers": "answers without a test row"}
        return [
            ListedRows(file["path"], f"the first {len(file[kind])} {what}", file[kind])
            for file in self.benchmark.files
            for kind, what in kinds.items()
            if file.get(kind)
        ]

    @cached_property
    def left_out(self) -> list[tuple[str, str, int]]:
        """Return the reasons for which instructions were left out, each with its words and their number."""
        return count_left_out(self.benchmark)

    @cached_property
    def rows(self) -> int:
        return self.benchmark.rows.count()

    @cached_property
    def roles(self) -> list[tuple[str, Character | None]]:
        """Return the roles of test rows, each with its character; None if none is stored."""
        names = sorted(set(self.benchmark.rows.filter(use="test").order_by().values_list("role", flat=True)))
        known = {character.name: character for character in Character.objects.filter(name__in=names)}
        return [(name, known.get(name)) for name in names]

    @property
    def unknown_roles(self) -> int:
        return sum(character is None for _, character in self.roles)


def read_answers(benchmark: Benchmark) -> AnswersPart:
    """Read the answer sets of the benchmark."""
    sets = list(benchmark.answer_sets.order_by("pk"))
    lines = [SetLine(each, progress := read_progress(each), _absent(each, progress)) for each in sets]
    return AnswersPart(benchmark, lines)


def tables_of(benchmark: Benchmark, split: Split) -> list[Table]:
    """Return the tables of a split with all its results."""
    return score_tables(benchmark, split, read_results(benchmark, split))


def read_benchmark(benchmark: Benchmark, form: AnswerForm | None = None) -> BenchmarkPage:
    """Read the page, with a form that was submitted with mistakes."""
    return BenchmarkPage(benchmark, read_answers(benchmark), form or AnswerForm(benchmark))


def finished_answers(answer_set: AnswerSet) -> QuerySet[Answer]:
    """Return the complete answers of a set in the order of the benchmark."""
    return answer_set.answers.exclude(finished_at=None).select_related("row").order_by("row__position", "sample")


def _absent(answer_set: AnswerSet, progress: Progress) -> str:
    return absent_worker(answer_set) if answer_set.model and progress.left else ""
