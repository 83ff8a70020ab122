"""``manage.py rolebench answer``."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, get_args

from django.conf import settings

from characters.benchmarks import result_reports
from characters.benchmarks.answer_requests import ANSWERS, PAPERS, AnswerRequest, request_answers, with_sampling
from characters.benchmarks.finding import find_benchmark
from characters.benchmarks.progress import read_progress
from characters.benchmarks.results import splits_of
from characters.benchmarks.workers import AnswerWorker
from characters.management.terminal_work import PATIENCE, queue_up, work_off
from characters.models import AnswerSet
from rolellm.elicitation import ELICITATIONS
from rolellm.rolebench.layout import Part, Split
from studies.commands import refuse_idle_options, refuse_unfit

CONCURRENCY = 16


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("--model", required=True, help="name of a model in models.toml")
    parser.add_argument(
        "--elicitation", required=True, choices=ELICITATIONS, help="how the model is asked to play the role"
    )
    parser.add_argument("--name", default="", help="name for the answer set (default: model and elicitation)")
    parser.add_argument("--rows", type=int, metavar="N", help="answer N rows, drawn with the seed (default: all)")
    parser.add_argument("--roles", nargs="+", default=[], metavar="ROLE", help="answer only rows of these roles")
    parser.add_argument("--split", choices=get_args(Split), help="answer only rows of this split")
    parser.add_argument("--part", choices=get_args(Part), help="answer only rows of this part")
    parser.add_argument("--samples", type=int, default=1, metavar="N", help="answers to each row (default: 1)")
    parser.add_argument(
        "--pairs", type=int, default=AnswerRequest.pairs, help="pairs from the profile for each question (default: 5)"
    )
    parser.add_argument(
        "--user-name", default="", metavar="NAME", help='send NAME: "question", as the paper prints it (default: bare)'
    )
    parser.add_argument(
        "--seed", type=int, default=AnswerRequest.seed, help="seed for the draw and for sampling (default: 73)"
    )
    parser.add_argument("--temperature", type=float, help=f"default: {PAPERS.temperature}, as in the paper")
    parser.add_argument("--top-p", type=float, help=f"default: {PAPERS.top_p}, as in the paper")
    parser.add_argument("--max-tokens", type=int, help=f"default: {PAPERS.max_tokens}, as in the paper")
    parser.add_argument("--skip-unknown", action="store_true", help="leave out rows of roles that cannot be played")
    parser.add_argument(
        "--concurrency", type=int, default=CONCURRENCY, help=f"answers at once (default: {CONCURRENCY})"
    )
    parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Let the model answer, and return what to print."""
    refuse_idle_options(options)
    answer_set = request_answers(find_benchmark(options["benchmark"]), _request(options))
    refuse_unfit(options["model"])
    if options["queue"]:
        yield from queue_up(ANSWERS, answer_set, "answers")
        return
    work_off(ANSWERS, answer_set, partial(_make_worker, options["concurrency"]), "answers")
    yield from _report(answer_set, as_json=options["json"])


def _request(options: dict[str, Any]) -> AnswerRequest:
    request = AnswerRequest(
        model=options["model"],
        elicitation=options["elicitation"],
        name=options["name"],
        rows=options["rows"],
        roles=tuple(options["roles"]),
        split=options["split"],
        part=options["part"],
        samples=options["samples"],
        pairs=options["pairs"],
        user_name=options["user_name"],
        seed=options["seed"],
        skips_unknown=options["skip_unknown"],
    )
    changed = {name: options[name] for name in ("temperature", "top_p", "max_tokens")}
    return with_sampling(request, **changed)


def _make_worker(concurrency: int, should_stop: Callable[[], bool], on_answer: Callable[[], object]) -> AnswerWorker:
    return AnswerWorker(
        settings.MODELS_FILE,
        concurrency=concurrency,
        patience=PATIENCE,
        should_stop=should_stop,
        on_answer=on_answer,
    )


def _report(answer_set: AnswerSet, *, as_json: bool) -> Iterator[str]:
    progress = read_progress(answer_set)
    splits = splits_of(answer_set.benchmark)
    if as_json:
        found = {"name": answer_set.name, "left_out": answer_set.configuration["left_out"]} | progress.as_object()
        scores = result_reports.as_object(answer_set.benchmark, splits, [answer_set])
        yield json.dumps(found | {"scores": scores["splits"]}, ensure_ascii=False)
        return
    yield f"{answer_set.name}: {progress.in_words}"
    if left_out := answer_set.configuration["left_out"]:
        yield f"Roles left out: {', '.join(f'{role} ({why})' for role, why in left_out.items())}."
    yield from result_reports.in_words(answer_set.benchmark, splits, [answer_set])
