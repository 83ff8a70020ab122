"""``manage.py simulate``: simulate dialogues, in this process or in the workers."""

import json
from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import QuerySet

from dialogue.backends import registry
from dialogue.models_file import find_model
from dialogue.seeds import SPEAKERS, SpeakerName
from jobs.heartbeats import live_services
from jobs.leases import LEASE
from jobs.routing import missing_worker
from jobs.workers import Stopwatch, stop_on_signal
from rolellm.elicitation import ELICITATIONS
from simulation import services
from simulation.casting import Casting
from simulation.cells import CELLS, Cells
from simulation.early_failures import ignore_failures
from simulation.extensions import FAILED, RETRIABLE, parse_endings, retry_failed
from simulation.models import Run
from simulation.orders import Order, read_order
from simulation.parts import Part, compare_diversity
from simulation.progress_bar import ProgressBar
from simulation.reports import Throughput, as_rows
from simulation.requests import RequestError
from simulation.selectors import requested_cells
from simulation.workers import Worker
from studies.audit import Verb, record
from studies.commands import StudyCommand
from studies.cut_outputs import sentences_of
from studies.files.records import write_records
from studies.files.whole_files import Unwritable, check_writable, write_whole
from studies.models import Dialogue

FEATURES_HELP = (
    "features in the persona sentence: all, none or one; several, separated by commas, create a run each; ablation: none, each "
    "feature alone, and all (default: all)"
)
PATIENCE = 2
"""The second infrastructure error of a cell ends the command, because its user is waiting."""


class Command(StudyCommand):
    help = (
        "Simulate dialogues: an inquirer plays a study's personas and pursues its goals. "
        "If you repeat the command, it simulates only the missing dialogues."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        _add_dialogues(parser)
        _add_limits(parser)
        _add_programme(parser)
        parser.add_argument("--queue", action="store_true", help="leave the work to workers")
        parser.add_argument("--out", type=Path, help="write the dialogues to this JSONL file")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, **options: Any) -> None:
        try:
            self._simulate(options)
        except (RequestError, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error

    def _simulate(self, options: dict[str, Any]) -> None:
        _refuse_idle_options(options)
        order = read_order(options)
        if options["out"] is not None:
            check_writable(options["out"])
        with order.explained():
            if not options["queue"]:
                _refuse_unfit(order)
            runs = services.request_runs(order.study, order.requests)
        for run in runs if options["go_on"] else ():
            ignore_failures(run)
        parts = [Part(run, requested_cells(run, request)) for run, request in zip(runs, order.requests, strict=True)]
        if options["retry_failed"] is not None:
            self._retry(parts, parse_endings(options["retry_failed"]))
        if options["queue"]:
            self._queue(runs)
            return
        self._work_off_all(parts)
        _refuse_incomplete(parts, options["out"])
        self._report_all(parts, is_several=order.file is not None or len(parts) > 1, as_json=options["json"])
        if options["out"] is not None:
            write_whole(options["out"], chain.from_iterable(write_records(_dialogues(part.cells)) for part in parts))
            record(order.study, Verb.EXPORTED, "simulated dialogues")

    def _retry(self, parts: list[Part], endings: tuple[str, ...]) -> None:
        count = sum(retry_failed(part.run, endings, part.cells) for part in parts)
        self.stderr.write(f"{count} failed dialogue{'' if count == 1 else 's'} to try again.")

    def _queue(self, runs: list[Run]) -> None:
        for run in runs:
            services.queue_run(run)
            waiting = run.simulations.filter(finished_at=None, is_cancelled=False).count()
            self.stderr.write(f"Run {run.token} is queued: {waiting} dialogues to simulate.")
            if waiting and (sentence := missing_worker(run, live_services())):
                self.stderr.write(sentence)

    def _work_off_all(self, parts: list[Part]) -> None:
        """Work on one run after another, because the models of all may not fit into memory. An error stops only its run."""
        for number, part in enumerate(parts, start=1):
            if len(parts) > 1:
                self.stderr.write(f"Run {number} of {len(parts)}: {part.run}")
            part.throughput = self._work_off(part.run, part.cells)
            if part.left and not part.run.message:
                return

    def _work_off(self, run: Run, cells: Cells) -> Throughput:
        if not cells.filter(finished_at=None).exists():
            return Throughput(None, None)
        services.start_run(run)
        self._say_who_else_works(run)
        done = cells.exclude(finished_at=None).count()
        try:
            stopwatch = Stopwatch()
            with stop_on_signal() as stop, ProgressBar(cells.count(), done, lambda: stopwatch.seconds) as progress:
                casting = Casting(settings.MODELS_FILE, registry.open_model)
                worker = Worker(
                    casting,
                    patience=PATIENCE,
                    should_stop=stop.is_set,
                    on_step=progress.step,
                    on_error=progress.error,
                    stopwatch=stopwatch,
                )
                async_to_sync(worker.work_off)(cells)
        finally:
            CELLS.leave(run)
            async_to_sync(registry.close_models)()
        return progress.throughput

    def _say_who_else_works(self, run: Run) -> None:
        """Explain the wait: leases of a killed process expire after 30 seconds."""
        if held := CELLS.held(run).count():
            self.stderr.write(
                f"Another process is working on {held} of the dialogues. If it stops, this command takes them over"
                f" within {LEASE.seconds} seconds."
            )

    def _report_all(self, parts: list[Part], *, is_several: bool, as_json: bool) -> None:
        if as_json:
            found = {"runs": [part.as_named_object() for part in parts]} if is_several else parts[0].as_object()
            self.stdout.write(json.dumps(found))
            return
        for part in parts:
            if is_several:
                self.stdout.write(f"{part.run} (run {part.run.token})")
            self._report(part)
        for line in compare_diversity(parts):
            self.stdout.write(line)

    def _report(self, part: Part) -> None:
        count = part.summary.dialogues
        self.stdout.write("1 dialogue" if count == 1 else f"{count} dialogues")
        for label, value in as_rows(part.summary):
            self.stdout.write(f"  {label:<35}{value}")
        if part.cost:
            self.stdout.write(f"  {'Cost of the run':<35}{part.cost.words}")
        for sentence in sentences_of(part.cuts):
            self.stdout.write(sentence)


def _refuse_idle_options(options: dict[str, Any]) -> None:
    """Refuse options that have no effect on a queued run, instead of ignoring them. Raises RequestError."""
    idle = [f"--{name}" for name in ("json", "out") if options[name] not in (None, False)]
    if options["queue"] and idle:
        raise RequestError(f"--queue leaves the work to the workers and does not wait for it. Omit {idle[0]}.")


def _refuse_unfit(order: Order) -> None:
    """Examine the models that are needed before anything is stored. Raises RequestError."""
    needed: dict[str, SpeakerName] = {}
    for request in order.requests:
        for speaker in () if services.is_answered(order.study, request) else SPEAKERS:
            needed.setdefault(getattr(request, speaker), speaker)
    for name, speaker in needed.items():
        health = registry.examine(find_model(settings.MODELS_FILE, name))
        if not health.is_ok:
            raise RequestError(health.sentence, speaker, name)


def _refuse_incomplete(parts: list[Part], out: Path | None) -> None:
    failed = [part.run for part in parts if part.left and part.run.message]
    if failed and len(parts) == 1:
        raise RequestError(failed[0].message)
    if failed:
        raise RequestError(" ".join(f"{run}: {run.message}" for run in failed))
    if left := sum(part.left for part in parts):
        then = "" if out is None else f" and to write {out} when all are complete"
        raise CommandError(
            f"Stopped with {left} dialogues to simulate. Repeat the command to continue{then}.", returncode=130
        )


def _dialogues(cells: Cells) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(simulation__in=cells.exclude(finished_at=None)).order_by("simulation__pk")


def _add_dialogues(parser: ArgumentParser) -> None:
    """Add the options that say which dialogues to simulate."""
    parser.add_argument("study", nargs="?", help="short name of the study, for example demo")
    parser.add_argument("--inquirer", help="name of the model that plays the personas")
    parser.add_argument("--responder", help="name of the model that is the chatbot")
    parser.add_argument("--condition", metavar="NAME", help="take the chatbot of this condition of the study instead")
    parser.add_argument("--goals", help="numbers of the goals, for example 1,4 (default: all)")
    parser.add_argument(
        "--personas", help="all (people), listed, participants, characters or a number of people (default: all)"
    )
    parser.add_argument(
        "--elicitation", help=f"how characters are elicited: {', '.join(ELICITATIONS)} (default: dialogue)"
    )
    parser.add_argument(
        "--responder-character", metavar="NAME", help="character of the study that the responder plays (default: none)"
    )
    parser.add_argument("--features", help=FEATURES_HELP)
    parser.add_argument("--seeds", help="seeds, for example 73,321,8479 (default: 73)")
    parser.add_argument("--max-turns", type=int, help="maximum number of turns (default: 12)")
    parser.add_argument(
        "--inquirer-prompts",
        metavar="SET",
        help="prompt set of the inquirer, such as plain or mine@2 (default: the one in models.toml)",
    )
    parser.add_argument("--responder-prompts", metavar="SET", help="prompt set of the responder")


def _add_limits(parser: ArgumentParser) -> None:
    """Add the options that say how fast and how far."""
    parser.add_argument(
        "--concurrency",
        type=int,
        help="dialogues of a run at once, over all workers (default: 16 on each, or as many as fit the models' `slots`; "
        "with API models their `requests`)",
    )
    parser.add_argument("--budget", help="cost at which the run pauses, for example 25")
    parser.add_argument(
        "--retry-failed",
        nargs="?",
        const=FAILED,
        metavar="ENDINGS",
        help=f"replace failed dialogues by new ones; ENDINGS are of {', '.join(RETRIABLE)} (default: {FAILED})",
    )
    parser.add_argument(
        "--go-on",
        action="store_true",
        help="continue even if more than half of the first 20 dialogues fail in the same way; otherwise the run pauses",
    )


def _add_programme(parser: ArgumentParser) -> None:
    """Add the options that take the settings from a file instead."""
    parser.add_argument(
        "--from", type=Path, dest="programme", metavar="FILE", help="take all settings from this programme file"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change the programme, for example seeds=73,321",
    )
