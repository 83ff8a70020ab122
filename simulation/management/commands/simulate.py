"""``manage.py simulate``: simulate dialogues, in this process or in the workers."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import QuerySet

from dialogue.backends import registry
from dialogue.models_file import find_model
from jobs.leases import LEASE
from jobs.workers import Stopwatch, stop_on_signal
from simulation import services
from simulation.casting import Casting
from simulation.cells import CELLS, Cells
from simulation.figures import cuts_of_run
from simulation.models import Run
from simulation.progress_bar import ProgressBar
from simulation.reports import Throughput, as_object, as_rows
from simulation.requests import RequestError, RunRequest, parse_numbers
from simulation.selectors import requested_cells
from simulation.statistics import summarise
from simulation.workers import Worker
from studies.commands import StudyCommand, find_study
from studies.cut_outputs import sentences_of
from studies.files.records import write_records
from studies.files.whole_files import Unwritable, check_writable, write_whole
from studies.models import Dialogue

PATIENCE = 2
"""The second infrastructure error of a cell ends the command, because its user is waiting."""
CONCURRENCY = 16
CUT_FIELDS = ("outputs", "cut", "cramped", "max_tokens", "failures")


class Command(StudyCommand):
    help = (
        "Simulate dialogues: an inquirer plays a study's personas and pursues its goals. "
        "If you repeat the command, it simulates only the missing dialogues."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument("--inquirer", required=True, help="name of the model that plays the personas")
        parser.add_argument("--responder", required=True, help="name of the model that is the chatbot")
        parser.add_argument("--goals", help="numbers of the goals, for example 1,4 (default: all)")
        parser.add_argument("--personas", default="all", help="all, listed, participants or a number (default: all)")
        parser.add_argument(
            "--features", default="all", help="features in the persona sentence: all, none or one (default: all)"
        )
        parser.add_argument("--seeds", default="73", help="seeds, for example 73,321,8479 (default: 73)")
        parser.add_argument("--max-turns", type=int, default=12, help="maximum number of turns (default: 12)")
        parser.add_argument("--concurrency", type=int, help=f"dialogues at once (default: {CONCURRENCY})")
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
        request = _request(options)
        study = find_study(options["study"])
        if options["out"] is not None:
            check_writable(options["out"])
        if not options["queue"] and not services.is_answered(study, request):
            _refuse_unfit(request)
        run = services.request_run(study, request)
        if options["queue"]:
            services.queue_run(run)
            waiting = run.simulations.filter(finished_at=None, is_cancelled=False).count()
            self.stderr.write(f"Run {run.token} is queued: {waiting} dialogues to simulate.")
            return
        cells = requested_cells(run, request)
        throughput = self._work_off(run, cells, options["concurrency"] or CONCURRENCY)
        _refuse_incomplete(run, cells, options["out"])
        self._report(run, cells, throughput, as_json=options["json"])
        if options["out"] is not None:
            write_whole(options["out"], write_records(_dialogues(cells)))

    def _work_off(self, run: Run, cells: Cells, concurrency: int) -> Throughput:
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
                    concurrency=concurrency,
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

    def _report(self, run: Run, cells: Cells, throughput: Throughput, *, as_json: bool) -> None:
        summary, cuts = summarise(cells), cuts_of_run(run, cells)
        if as_json:
            cut = {one.speaker: {name: getattr(one, name) for name in CUT_FIELDS} for one in cuts}
            self.stdout.write(json.dumps(as_object(summary, throughput) | {"cut": cut}))
            return
        self.stdout.write(f"{summary.dialogues} dialogues")
        for label, value in as_rows(summary):
            self.stdout.write(f"  {label:<35}{value}")
        for sentence in sentences_of(cuts):
            self.stdout.write(sentence)


def _refuse_idle_options(options: dict[str, Any]) -> None:
    """Refuse options that have no effect on a queued run, instead of ignoring them. Raises RequestError."""
    idle = [f"--{name}" for name in ("json", "out", "concurrency") if options[name] not in (None, False)]
    if options["queue"] and idle:
        raise RequestError(f"--queue leaves the work to the workers and does not wait for it. Omit {idle[0]}.")


def _request(options: dict[str, Any]) -> RunRequest:
    if options["concurrency"] is not None and options["concurrency"] < 1:
        raise RequestError("--concurrency must be at least 1.")
    return RunRequest(
        inquirer=options["inquirer"],
        responder=options["responder"],
        goals=None if options["goals"] is None else parse_numbers(options["goals"], "goals"),
        personas=options["personas"],
        features=options["features"],
        seeds=parse_numbers(options["seeds"], "seeds"),
        max_turns=options["max_turns"],
    )


def _refuse_unfit(request: RunRequest) -> None:
    """Examine both models before anything is stored. Raises RequestError."""
    for name in dict.fromkeys((request.inquirer, request.responder)):
        health = registry.examine(find_model(settings.MODELS_FILE, name))
        if not health.is_ok:
            raise RequestError(health.sentence)


def _refuse_incomplete(run: Run, cells: Cells, out: Path | None) -> None:
    left = cells.filter(finished_at=None).count()
    if left and run.message:
        raise RequestError(run.message)
    if left:
        then = "" if out is None else f" and to write {out} when all are complete"
        raise CommandError(
            f"Stopped with {left} dialogues to simulate. Repeat the command to continue{then}.", returncode=130
        )


def _dialogues(cells: Cells) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(simulation__in=cells.exclude(finished_at=None)).order_by("simulation__pk")
