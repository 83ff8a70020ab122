"""``manage.py judge_turns``: let a model score the turns of characters, in this process or in the workers."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from analysis.drift.judging.scopes import Scope, scope_of_run, scope_of_study
from characters.management.terminal_work import PATIENCE, queue_up, work_off
from characters.refusals import CharacterRefused
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.requests import request_scores
from characters.turn_judging.results import ScoringResult, read_result
from characters.turn_judging.workers import TurnJudgingWorker
from simulation.models import Run
from studies.commands import StudyCommand, find_study, refuse_idle_options, refuse_unfit

CONCURRENCY = 16


class Command(StudyCommand):
    help = (
        "Let a model score how well the characters of a run, or of all simulated dialogues of a study, keep their style and "
        "knowledge from turn to turn. If you repeat the command, it makes only the missing scores. `analyse` shows them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", metavar="RUN|STUDY", help="token of a run, or short name of a study")
        parser.add_argument(
            "--judge", required=True, metavar="MODEL", help="name of the model that judges, in models.toml"
        )
        parser.add_argument(
            "--turns", type=int, metavar="N", help="N turns of each dialogue, drawn at random (default: all)"
        )
        parser.add_argument(
            "--concurrency", type=int, default=CONCURRENCY, help=f"turns at once (default: {CONCURRENCY})"
        )
        parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        refuse_idle_options(options)
        scope = _find(options["what"])
        try:
            judging = request_scores(scope.study, scope.dialogues, options["judge"], options["turns"])
        except CharacterRefused as error:
            raise CommandError(str(error), returncode=2) from error
        refuse_unfit(options["judge"])
        if options["queue"]:
            self.stderr.writelines(f"{sentence}\n" for sentence in queue_up(TURN_SCORES, judging, "turns"))
            return
        work_off(TURN_SCORES, judging, partial(_make_worker, options["concurrency"]), "turns")
        self._report(read_result(judging, scope.dialogues), as_json=options["json"])

    def _report(self, result: ScoringResult, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(_as_object(result)) if as_json else f"{result.name}: {result.in_words}")


def _find(what: str) -> Scope:
    """Return the dialogues to judge. Raises CommandError."""
    run = Run.objects.select_related("study").filter(token=what).first()
    return scope_of_run(run) if run else scope_of_study(find_study(what))


def _make_worker(concurrency: int, should_stop: Callable[[], bool], on_item: Callable[[], object]) -> TurnJudgingWorker:
    return TurnJudgingWorker(
        settings.MODELS_FILE,
        concurrency=concurrency,
        patience=PATIENCE,
        should_stop=should_stop,
        on_item=on_item,
    )


def _as_object(result: ScoringResult) -> dict[str, Any]:
    return {
        "judge": result.name,
        "turns": result.total,
        "scored": result.scored,
        "no_score": result.without,
        "style": result.style,
        "knowledge": result.knowledge,
    }
