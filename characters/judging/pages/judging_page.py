"""The content of the page of a benchmark's judgings, and of one judging."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.results import splits_of
from characters.judging.pages.judging_form import JudgingForm
from characters.judging.queue import RANKINGS
from characters.judging.reports import in_percent, sentences
from characters.judging.results import Coverage, JudgedPair, JudgingResult, read_coverage, read_result
from characters.judging.rolebench_table import rolebench_table
from characters.judging.tables import tables_of
from characters.judging.verdicts import OUTCOMES, ReadPair, read_pairs, select_pairs
from characters.models import Benchmark, Judging
from jobs.heartbeats import absent_worker
from rolellm.rolebench.layout import Split
from studies.files.printed_tables import Table

PAIRS_A_PAGE = 10


@dataclass(frozen=True)
class JudgingLine:
    """A judging in the list: its progress, and what it has found so far."""

    judging: Judging
    done: int
    total: int

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the judge."""
        return absent_worker(self.judging) if self.left else ""

    @property
    def found(self) -> list[tuple[str, str]]:
        """Return each comparison with its win rate in words."""
        comparisons = read_result(self.judging).comparisons
        return [(f"{each.one.name} over {each.other.name}", in_percent(each.rate)) for each in comparisons if each.rows]


@dataclass(frozen=True)
class JudgingsPart:
    """The part of the page that changes while models judge."""

    benchmark: Benchmark
    lines: list[JudgingLine]

    @property
    def is_under_way(self) -> bool:
        return any(line.judging.is_running and line.left for line in self.lines)

    @property
    def seen(self) -> str:
        """Return a digest of everything that can change, so that an unchanged part is not replaced while someone reads it."""
        parts = [
            (
                each.judging.state,
                each.judging.is_queued,
                each.judging.message,
                each.done,
                each.total,
                each.absent_worker,
            )
            for each in self.lines
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @cached_property
    def tables(self) -> list[tuple[Split, Table]]:
        return rolebench_tables(self.benchmark)


@dataclass(frozen=True)
class JudgingsPage:
    """The page of a benchmark's judgings. ``form`` starts one."""

    benchmark: Benchmark
    part: JudgingsPart
    form: JudgingForm

    @property
    def obstacle(self) -> str:
        """Return why nothing can be judged yet; empty if something can."""
        if len(self.form.answer_sets) < 2:
            return "A judge compares at least two answer sets, and this benchmark has fewer. Let a model answer first."
        return "" if self.form.models else "models.toml describes no model. Add one."


@dataclass(frozen=True)
class JudgingPage:
    """One judging: its figures, what they mean and leave out, and one page of its verdicts."""

    judging: Judging
    result: JudgingResult
    coverage: Coverage
    rows: Page[JudgedPair]
    pairs: list[ReadPair]
    outcome: str
    role: str

    @property
    def sentences(self) -> list[str]:
        return list(sentences(self.result, self.coverage))

    @property
    def tables(self) -> list[Table]:
        return tables_of(self.result)

    @property
    def roles(self) -> list[str]:
        return list(self.result.by_role)

    @property
    def outcomes(self) -> dict[str, str]:
        return OUTCOMES

    @property
    def query(self) -> str:
        """Return the chosen outcome and role for the addresses of other pages."""
        return urlencode({"outcome": self.outcome, "role": self.role})


def read_part(benchmark: Benchmark) -> JudgingsPart:
    """Read the judgings of the benchmark, oldest first."""
    counted = benchmark.judgings.order_by("pk").annotate(
        total=Count("rankings"), done=Count("rankings", filter=Q(rankings__finished_at__isnull=False))
    )
    return JudgingsPart(benchmark, [JudgingLine(each, each.done, each.total) for each in counted])


def read_page(benchmark: Benchmark, form: JudgingForm | None = None) -> JudgingsPage:
    """Read the page, with a form that was submitted with mistakes."""
    return JudgingsPage(benchmark, read_part(benchmark), form or JudgingForm(benchmark))


def read_judging(judging: Judging, page: str = "", outcome: str = "", role: str = "") -> JudgingPage:
    """Read one judging, with this page of the verdicts of that outcome and role."""
    outcome = outcome if outcome in OUTCOMES else ""
    result = read_result(judging)
    pairs = select_pairs(result.judged, outcome, role)
    rows = Paginator(pairs, PAIRS_A_PAGE).get_page(page)
    read = read_pairs(judging, list(rows.object_list))
    return JudgingPage(judging, result, read_coverage(judging), rows, read, outcome, role)


def rolebench_tables(benchmark: Benchmark) -> list[tuple[Split, Table]]:
    """Return the table of scores, lengths, win rates and ranks of each split in which there are answers."""
    found = [(split, rolebench_table(benchmark, split)) for split in splits_of(benchmark)]
    return [(split, table) for split, table in found if not str(table.rows[0][0]).startswith("Paper: ")]


def change_judging(benchmark: Benchmark, action: str, token: str) -> str:
    """Resume ("start") or pause the judging with that token, and return a sentence. Raises BenchmarkRefused."""
    judging = benchmark.judgings.filter(token=token).first()
    if judging is None or action not in ("start", "pause"):
        raise BenchmarkRefused("There is no such model judge. Nothing was changed.")
    if action == "pause":
        RANKINGS.pause(judging)
        return f"{judging.model} is paused. Its verdicts are kept."
    RANKINGS.queue(judging)
    return f"{judging.model} resumes as soon as a worker is free."
