"""``manage.py guard``: let a guard check the dialogues of a run or study, in this process or in the workers."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from dialogue.backends import registry
from jobs.heartbeats import live_services
from jobs.routing import missing_worker
from jobs.workers import stop_on_signal
from simulation.guards.checks import GUARD_CHECKS, request_checks
from simulation.guards.results import GuardResult, read_result
from simulation.guards.scopes import dialogues_of_run, dialogues_of_study
from simulation.guards.workers import GuardWorker
from simulation.models import Run
from simulation.requests import RequestError
from studies.commands import StudyCommand, find_study, refuse_idle_options, refuse_unfit
from studies.language_models.catalogue import provider_of
from studies.models import Dialogue, GuardRun, Study

PATIENCE = 2
"""The second infrastructure error of a check ends the command, because its user is waiting."""
CONCURRENCY = 16


class Command(StudyCommand):
    help = (
        "Let a guard check dialogues for unsafe content: those of a run, or all simulated ones of a study and, if the study "
        "says so, the natural ones, each with its branches. If you repeat the command, it makes only the missing checks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", metavar="RUN|STUDY", help="token of a run, or short name of a study")
        parser.add_argument("--model", required=True, help="name of the guard in models.toml")
        parser.add_argument(
            "--concurrency", type=int, default=CONCURRENCY, help=f"dialogues at once (default: {CONCURRENCY})"
        )
        parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            self._guard(options)
        except RequestError as error:
            raise CommandError(str(error), returncode=2) from error

    def _guard(self, options: dict[str, Any]) -> None:
        refuse_idle_options(options)
        study, dialogues = self._find(options["what"])
        if not dialogues.exists():
            raise RequestError("There is no ended dialogue to check yet. Start a run first.")
        guard_run = request_checks(study, dialogues, options["model"])
        refuse_unfit(options["model"])
        if study.guards_natural and (provider := provider_of(options["model"])):
            self.stderr.write(
                f"{provider} receives the messages that people wrote. Make sure that they have consented to this."
            )
        if options["queue"]:
            self._queue(guard_run)
            return
        _work_off(guard_run, options["concurrency"])
        self._report(read_result(guard_run, dialogues), as_json=options["json"])

    def _find(self, what: str) -> tuple[Study, QuerySet[Dialogue]]:
        """Return the study and the dialogues to check. Raises CommandError."""
        run = Run.objects.select_related("study").filter(token=what).first()
        if run is not None:
            return run.study, dialogues_of_run(run)
        study = find_study(what)
        if not study.guards_natural and study.dialogues.filter(kind=Dialogue.Kind.NATURAL).exists():
            self.stderr.write("Natural dialogues are not checked, because the study's rules do not include them.")
        return study, dialogues_of_study(study)

    def _queue(self, guard_run: GuardRun) -> None:
        GUARD_CHECKS.queue(guard_run)
        self.stderr.write(f"Queued: {guard_run.checks.filter(finished_at=None).count()} dialogues to check.")
        if sentence := missing_worker(guard_run, live_services()):
            self.stderr.write(sentence)

    def _report(self, result: GuardResult, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_object(result)))
            return
        self.stdout.write(
            f"{result.guard_run.model}: {result.done} dialogues checked, {result.safe} safe, {result.unsafe} unsafe, "
            f"{result.unreadable} unreadable"
        )
        for name, count in result.categories:
            self.stdout.write(f"  {name:<32}{count}")
        for unsafe in result.unsafe_dialogues:
            self.stdout.write(f"  {unsafe.dialogue.token}  {'; '.join(unsafe.reasons)}")


def _work_off(guard_run: GuardRun, concurrency: int) -> None:
    """Make the missing checks in this process. Raises RequestError or CommandError unless all are made."""
    left = guard_run.checks.filter(finished_at=None).count()
    if not left:
        return
    GUARD_CHECKS.start(guard_run)
    bar = tqdm(total=left, file=sys.stderr, unit="dialogue", dynamic_ncols=True)
    try:
        with stop_on_signal() as stop, bar:
            worker = GuardWorker(
                settings.MODELS_FILE,
                registry.open_model,
                concurrency=concurrency,
                patience=PATIENCE,
                should_stop=stop.is_set,
                on_check=bar.update,
            )
            async_to_sync(worker.work_off)(guard_run.checks.all())
    finally:
        GUARD_CHECKS.finish_complete()
        GUARD_CHECKS.leave(guard_run)
        async_to_sync(registry.close_models)()
    _refuse_incomplete(guard_run)


def _refuse_incomplete(guard_run: GuardRun) -> None:
    left = guard_run.checks.filter(finished_at=None).count()
    if left and guard_run.message:
        raise RequestError(guard_run.message)
    if left:
        raise CommandError(
            f"Stopped with {left} dialogues left to check. Repeat the command to continue.", returncode=130
        )


def _as_object(result: GuardResult) -> dict[str, Any]:
    return {
        "model": result.guard_run.model,
        "checked": result.done,
        "safe": result.safe,
        "unsafe": result.unsafe,
        "unreadable": result.unreadable,
        "categories": dict(result.categories),
        "unsafe_dialogues": [one.dialogue.token for one in result.unsafe_dialogues],
    }
