"""``manage.py judge``: run a model judge over an evaluation's pairs, in this process or in the workers."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import CommandError
from tqdm import tqdm

from dialogue.backends import registry
from evaluation.commands import find_evaluation
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS, request_judge_run
from evaluation.judges.results import JudgeRunLine, read_judge_runs
from evaluation.judges.workers import Judge
from evaluation.models import JudgeRun
from jobs.heartbeats import live_services
from jobs.routing import missing_worker
from jobs.workers import stop_on_signal
from simulation.requests import RequestError
from studies.commands import StudyCommand, find_study, refuse_idle_options, refuse_unfit
from studies.language_models.catalogue import provider_of

PATIENCE = 2
"""The second infrastructure error of a judgement ends the command, because its user is waiting."""
CONCURRENCY = 16


class Command(StudyCommand):
    help = (
        "Run a model judge over the pairs that people judge, each in both orders of the sides. "
        "If you repeat the command, it makes only the missing judgements."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example rehearsal")
        parser.add_argument("--model", required=True, help="name of the model that judges")
        parser.add_argument("--evaluation", type=int, help="number of the evaluation (default: the one opened last)")
        parser.add_argument(
            "--concurrency", type=int, default=CONCURRENCY, help=f"pairs at once (default: {CONCURRENCY})"
        )
        parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, **options: Any) -> None:
        try:
            self._judge(options)
        except RequestError as error:
            raise CommandError(str(error), returncode=2) from error

    def _judge(self, options: dict[str, Any]) -> None:
        refuse_idle_options(options)
        evaluation = find_evaluation(find_study(options["study"]), options["evaluation"], self.stderr.write)
        refuse_unfit(options["model"])
        judge_run = request_judge_run(evaluation, options["model"])
        if provider := provider_of(options["model"]):
            self.stderr.write(
                f"{provider} receives the messages that people wrote. Make sure that they have consented to this."
            )
        if options["queue"]:
            MODEL_JUDGEMENTS.queue(judge_run)
            self.stderr.write(f"Queued: {judge_run.judgements.filter(finished_at=None).count()} judgements to make.")
            if sentence := missing_worker(judge_run, live_services()):
                self.stderr.write(sentence)
            return
        self._work_off(judge_run, options["concurrency"])
        _refuse_incomplete(judge_run)
        self._report(_line(judge_run), as_json=options["json"])

    def _work_off(self, judge_run: JudgeRun, concurrency: int) -> None:
        left = judge_run.judgements.filter(finished_at=None).count()
        if not left:
            return
        MODEL_JUDGEMENTS.start(judge_run)
        total = judge_run.judgements.count()
        bar = tqdm(total=total, initial=total - left, file=sys.stderr, unit="judgement", dynamic_ncols=True)
        try:
            with stop_on_signal() as stop, bar:
                judge = Judge(
                    settings.MODELS_FILE,
                    registry.open_model,
                    concurrency=concurrency,
                    patience=PATIENCE,
                    should_stop=stop.is_set,
                    on_judgement=bar.update,
                )
                async_to_sync(judge.work_off)(judge_run.judgements.all())
        finally:
            MODEL_JUDGEMENTS.finish_complete()
            MODEL_JUDGEMENTS.leave(judge_run)
            async_to_sync(registry.close_models)()

    def _report(self, line: JudgeRunLine, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_object(line)))
            return
        self.stdout.write(f"{line.model}: {line.done} judgements")
        for one in line.models:
            self.stdout.write(
                f"  {one.name:<24}detected in {one.detected} of {one.answered}, unanswered {one.unanswered}, "
                f"same answer in both orders {one.consistent} of {one.both}"
            )


def _refuse_incomplete(judge_run: JudgeRun) -> None:
    left = judge_run.judgements.filter(finished_at=None).count()
    if left and judge_run.message:
        raise RequestError(judge_run.message)
    if left:
        raise CommandError(f"Stopped with {left} judgements to make. Repeat the command to continue.", returncode=130)


def _line(judge_run: JudgeRun) -> JudgeRunLine:
    return next(line for line in read_judge_runs(judge_run.evaluation) if line.judge_run == judge_run)


def _as_object(line: JudgeRunLine) -> dict[str, Any]:
    return {
        "model": line.model,
        "verdicts": line.done,
        "models": {
            one.name: {
                "verdicts": one.answered,
                "detected": one.detected,
                "unanswered": one.unanswered,
                "both": one.both,
                "consistent": one.consistent,
            }
            for one in line.models
        },
    }
