"""``manage.py rolebench judge``."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, get_args

from django.conf import settings

from characters.benchmarks.finding import find_benchmark
from characters.judging.queue import RANKINGS
from characters.judging.reports import as_object, in_words
from characters.judging.requests import JudgingRequest, request_judging
from characters.judging.results import read_coverage, read_result
from characters.judging.rows import ROWS, SEED
from characters.judging.workers import JudgingWorker
from characters.management.terminal_work import PATIENCE, queue_up, work_off
from characters.models import Judging
from rolellm.rolebench.layout import Split
from studies.commands import refuse_idle_options, refuse_unfit

CONCURRENCY = 16


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("--judge", required=True, metavar="MODEL", help="name of the model that judges, in models.toml")
    parser.add_argument(
        "--sets",
        required=True,
        nargs="+",
        metavar="ANSWERS",
        help="names of the answer sets to compare, or how the names begin",
    )
    parser.add_argument(
        "--baseline",
        default="",
        metavar="ANSWERS",
        help="compare each with this answer set (default: all with each other)",
    )
    paper = f"default: {ROWS}; the paper draws 50 in the role split"
    parser.add_argument(
        "--general", type=int, default=ROWS, metavar="N", help=f"general questions of each role ({paper})"
    )
    parser.add_argument(
        "--specific", type=int, default=ROWS, metavar="N", help=f"role-specific questions of each role ({paper})"
    )
    parser.add_argument("--split", default="", choices=get_args(Split), help="needed if the benchmark has two splits")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed for the draw of rows (default: {SEED})")
    parser.add_argument("--skip-unknown", action="store_true", help="leave out roles without a description")
    parser.add_argument(
        "--concurrency", type=int, default=CONCURRENCY, help=f"rankings at once (default: {CONCURRENCY})"
    )
    parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Let the model judge, and return what to print. Repeating the command adds only what is missing."""
    refuse_idle_options(options)
    judging = request_judging(find_benchmark(options["benchmark"]), _request(options))
    refuse_unfit(options["judge"])
    if options["queue"]:
        yield from queue_up(RANKINGS, judging, "rankings")
        return
    work_off(RANKINGS, judging, partial(_make_worker, options["concurrency"]), "rankings")
    yield from _report(judging, as_json=options["json"])


def _request(options: dict[str, Any]) -> JudgingRequest:
    return JudgingRequest(
        judge=options["judge"],
        sets=tuple(options["sets"]),
        baseline=options["baseline"],
        general=options["general"],
        specific=options["specific"],
        split=options["split"],
        seed=options["seed"],
        skips_unknown=options["skip_unknown"],
    )


def _make_worker(concurrency: int, should_stop: Callable[[], bool], on_item: Callable[[], object]) -> JudgingWorker:
    return JudgingWorker(
        settings.MODELS_FILE,
        concurrency=concurrency,
        patience=PATIENCE,
        should_stop=should_stop,
        on_item=on_item,
    )


def _report(judging: Judging, *, as_json: bool) -> Iterator[str]:
    result, coverage = read_result(judging), read_coverage(judging)
    if as_json:
        yield json.dumps(as_object(result, coverage), ensure_ascii=False)
    else:
        yield from in_words(result, coverage)
