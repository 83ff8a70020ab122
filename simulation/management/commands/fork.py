"""``manage.py fork``: continue dialogues from a turn with something changed, in this process or in the workers."""

import json
from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from dialogue.backends import registry
from dialogue.models_file import find_model
from jobs.heartbeats import live_services
from jobs.routing import missing_worker
from jobs.workers import Stopwatch, stop_on_signal
from simulation.branches.comparison import describe_parting, list_changes
from simulation.branches.consent import HAS_CONSENT
from simulation.branches.forking import find_parent, fork_all
from simulation.branches.queue import BRANCHES
from simulation.branches.records import record
from simulation.branches.requests import BranchRequest
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.models import Branch
from simulation.progress_bar import ProgressBar
from simulation.requests import RequestError
from studies.commands import StudyCommand

PATIENCE = 2
"""The second infrastructure error of a branch ends it, because the command's user is waiting."""
_CHANGES = (
    "persona",
    "inquirer",
    "responder",
    "inquirer_prompts",
    "responder_prompts",
    "seed",
    "max_turns",
    "utterance",
    "has_consent",
)


class Command(StudyCommand):
    help = (
        "Fork dialogues: play them again from one of their turns, with the changes that the options name. Without changes, and "
        "with models labelled exact, the branch repeats the dialogue."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token", nargs="+", help="the dialogue's token, as in the address of its page")
        parser.add_argument("--turn", type=int, required=True, help="first turn to play again, counted from 1")
        parser.add_argument("--persona", default="", metavar="CODE", help="continue with this persona of the study")
        parser.add_argument("--inquirer", default="", metavar="MODEL", help="model that continues as inquirer")
        parser.add_argument("--responder", default="", metavar="MODEL", help="model that continues as responder")
        parser.add_argument("--inquirer-prompts", default="", metavar="SET", help="prompt set of the inquirer")
        parser.add_argument("--responder-prompts", default="", metavar="SET", help="prompt set of the responder")
        parser.add_argument("--seed", type=int, help="another seed, for a negative control")
        parser.add_argument("--max-turns", type=int, help="maximum number of turns, including the earlier ones")
        parser.add_argument("--utterance", metavar="TEXT", help="what the inquirer says in that turn")
        parser.add_argument(
            "--participants-consented",
            action="store_true",
            dest="has_consent",
            help="participants have consented that the providers of API models receive what they wrote",
        )
        parser.add_argument("--concurrency", type=int, default=1, help="branches at once (default: 1)")
        parser.add_argument("--queue", action="store_true", help="leave the work to workers")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            self._fork(options)
        except RequestError as error:
            hint = " The option --participants-consented confirms it." if error.about == HAS_CONSENT else ""
            raise CommandError(f"{error}{hint}", returncode=2) from error

    def _fork(self, options: dict[str, Any]) -> None:
        if options["queue"] and options["json"]:
            raise RequestError("--queue leaves the work to the workers and does not wait for it. Omit --json.")
        if options["concurrency"] < 1:
            raise RequestError("The number of branches at once must be at least 1. Change --concurrency.")
        parents = [find_parent(token) for token in dict.fromkeys(options["token"])]
        request = BranchRequest(options["turn"], **{name: options[name] for name in _CHANGES})
        with transaction.atomic():
            branches = fork_all(parents, request)
            if not options["queue"]:
                _refuse_unfit(branches)
        if options["queue"]:
            self._queue(branches)
            return
        _play(branches, options["concurrency"])
        self._report(branches, as_json=options["json"])

    def _queue(self, branches: list[Branch]) -> None:
        for branch in branches:
            BRANCHES.queue(branch)
            self.stderr.write(f"Branch {branch.dialogue.token} is queued.")
        if sentence := missing_worker(branches[0], live_services()):
            self.stderr.write(sentence)

    def _report(self, branches: list[Branch], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"branches": [_as_object(branch) for branch in branches]}))
            return
        for branch in branches:
            self.stdout.write(f"{branch} ({branch.dialogue.token})")
            for change in list_changes(branch):
                self.stdout.write(f"  {change.name}: {change.before} → {change.after}")
            self.stdout.write(f"  {branch.dialogue.turns.count()} turns, {branch.dialogue.get_ending_display()}")
            self.stdout.write(f"  {describe_parting(branch)}")


def _refuse_unfit(branches: list[Branch]) -> None:
    """Raise RequestError if a model cannot run here."""
    for name in dict.fromkeys(name for branch in branches for name in branch.models_needed):
        health = registry.examine(find_model(settings.MODELS_FILE, name))
        if not health.is_ok:
            raise RequestError(health.sentence, model=name)


def _play(branches: list[Branch], concurrency: int) -> None:
    """Play the branches in this process. Raises RequestError or CommandError unless all are finished."""
    for branch in branches:
        BRANCHES.start(branch)
    try:
        _work_off(branches, concurrency)
    finally:
        for branch in branches:
            BRANCHES.leave(branch)
        async_to_sync(registry.close_models)()
    for branch in branches:
        branch.refresh_from_db()
    _refuse_unfinished([branch for branch in branches if branch.finished_at is None])


def _work_off(branches: list[Branch], concurrency: int) -> None:
    stopwatch = Stopwatch()
    with stop_on_signal() as stop, ProgressBar(len(branches), 0, lambda: stopwatch.seconds) as progress:
        worker = BranchWorker(
            casting=Casting(settings.MODELS_FILE, registry.open_model),
            concurrency=concurrency,
            patience=PATIENCE,
            should_stop=stop.is_set,
            on_step=progress.step,
            on_error=progress.error,
            stopwatch=stopwatch,
        )
        async_to_sync(worker.work_off)(Branch.objects.filter(pk__in=[branch.pk for branch in branches]))


def _refuse_unfinished(left: list[Branch]) -> None:
    for branch in left:
        if branch.message:
            raise RequestError(f"{branch}: {branch.message}")
    if left:
        raise CommandError(
            f"Stopped with {len(left)} branches left to play. Resume them on their pages.", returncode=130
        )


def _as_object(branch: Branch) -> dict[str, Any]:
    """Return the branch for JSON, with what was said from its first turn on."""
    turns = branch.dialogue.turns.filter(position__gte=branch.shared).order_by("position")
    said = [{"utterance": turn.utterance, "response": turn.response} for turn in turns]
    return record(branch) | {"turns": said}
