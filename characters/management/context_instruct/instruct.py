"""``characters instruct``: make triplets of a character's profile, in this process or in the workers."""

import json
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.reports import as_object, in_words, missing_segments
from characters.context_instruct.requests import SEED, InstructRequest, request_instruct
from characters.context_instruct.stored_selection import select_again
from characters.context_instruct.workers import InstructWorker
from characters.management.terminal_work import PATIENCE, queue_up, work_off
from characters.models import ContextInstruct
from characters.profiles import find_character
from rolellm.context_instruct import WANTED
from rolellm.duplicates import THRESHOLD
from studies.commands import refuse_idle_options, refuse_unfit

CONCURRENCY = 16
_ABOUT = (
    "Let a model make questions and answers from a character's profile (Context-Instruct), filter them and remove duplicates. "
    "If you repeat the command, it makes only the missing calls; with another --duplicate it selects again without the model."
)


def add_instruct(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    parser: ArgumentParser = actions.add_parser(
        "instruct", help="let a model make questions and answers from a profile", description=_ABOUT
    )
    parser.add_argument("name", metavar="NAME", help="name of the character")
    parser.add_argument("--model", required=True, help="name of the model in models.toml")
    parser.add_argument("--wanted", type=int, default=WANTED, help=f"triplets to make at least (default: {WANTED})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of all draws (default: {SEED})")
    parser.add_argument(
        "--duplicate",
        type=float,
        default=None,
        metavar="SIMILARITY",
        help=f"similarity from which a question is a duplicate (default: {THRESHOLD})",
    )
    parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help=f"calls at once (default: {CONCURRENCY})")
    parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_instruct)


def _instruct(command: BaseCommand, options: dict[str, Any]) -> None:
    """Request the job and do it, or queue it. Raises CharacterRefused or CommandError."""
    refuse_idle_options(options)
    threshold = options["duplicate"]
    wish = InstructRequest(
        options["model"], options["wanted"], options["seed"], THRESHOLD if threshold is None else threshold
    )
    character = find_character(options["name"])
    job = request_instruct(character, wish)
    if sentence := missing_segments(character):
        command.stderr.write(sentence)
    if job.state != ContextInstruct.State.FINISHED:
        refuse_unfit(job.model)
    if options["queue"]:
        _queue(command, job)
        return
    _work_off(job, options["concurrency"])
    if threshold is not None and threshold != job.configuration["threshold"]:
        select_again(job, threshold)
    _report(command, job, as_json=options["json"])


def _queue(command: BaseCommand, job: ContextInstruct) -> None:
    for sentence in queue_up(INSTRUCT_CALLS, job, "calls"):
        command.stderr.write(sentence)


def _work_off(job: ContextInstruct, concurrency: int) -> None:
    """Make the missing calls in this process. Raises CommandError unless all are made."""

    def make_worker(should_stop: Callable[[], bool], on_call: Callable[[], object]) -> InstructWorker:
        return InstructWorker(
            models_file=settings.MODELS_FILE,
            concurrency=concurrency,
            patience=PATIENCE,
            should_stop=should_stop,
            on_call=on_call,
        )

    work_off(INSTRUCT_CALLS, job, make_worker, "calls")
    job.refresh_from_db()


def _report(command: BaseCommand, job: ContextInstruct, *, as_json: bool) -> None:
    if as_json:
        command.stdout.write(json.dumps(as_object(job), ensure_ascii=False))
        return
    for sentence in in_words(job):
        command.stdout.write(sentence)
