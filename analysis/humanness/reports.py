"""Reports on the health and fidelity of runs: request them, compute them, and delete them when someone withdraws."""

import hashlib
import json
from dataclasses import asdict
from functools import partial
from threading import Event
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum

from analysis.code_version import code_version
from analysis.drift.played_dialogues import known_by, scored_by
from analysis.humanness.instructions import instructions_of
from analysis.humanness.run_dialogues import natural_dialogues, simulated_dialogues
from analysis.models import SHAPE, HumannessReport
from analysis.stored_results import store_computed
from jobs.leases import LeaseLost
from jobs.queues import Queue
from jobs.workers import Hopeless
from simulation.models import Run
from studies.models import Dialogue, Persona, excluded_in

State = HumannessReport.State
HUMANNESS = Queue(table=HumannessReport, along=("run__study",), task="analysis.measure_humanness")


def latest_report(run: Run) -> HumannessReport | None:
    """Return the last computed report that can be shown, even if the data have changed since."""
    return finished_reports(run).first()


def finished_reports(*runs: Run) -> QuerySet[HumannessReport]:
    """Return the computed reports on the runs that can be shown, the latest first."""
    return HumannessReport.objects.filter(run__in=runs, state=State.FINISHED, shown__shape=SHAPE)


def report_on(run: Run, data: str) -> HumannessReport | None:
    """Return the last report on the data with this fingerprint, in any state; None if none was requested."""
    return HumannessReport.objects.filter(run=run, fingerprint=data).first()


@transaction.atomic
def request_report(run: Run, started_by: User | None = None) -> HumannessReport:
    """Request a report on the present data; return the one in progress if there is one."""
    report, is_new = HumannessReport.objects.get_or_create(
        run=run, fingerprint=fingerprint(run), state=State.RUNNING, defaults={"code": code_version()}
    )
    if is_new:
        HUMANNESS.queue(report, started_by)
    return report


def fingerprint(run: Run) -> str:
    """Return a hash that changes whenever the health or the fidelity of the run would."""
    made_of = [
        code_version(),
        asdict(instructions_of(run)),
        run.study.questionnaire,
        known_by(run.study),
        scored_by(simulated_dialogues(run)),
        excluded_in(run.study),
        *(_counts(dialogues) for dialogues in (simulated_dialogues(run), natural_dialogues(run.study))),
    ]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def _counts(dialogues: QuerySet[Dialogue]) -> dict[str, Any]:
    """Return values that change with the dialogues: they are stored and deleted as a whole, and ended ones do not change."""
    return Dialogue.objects.filter(pk__in=dialogues.values("pk")).aggregate(
        count=Count("pk"), keys=Sum("pk"), latest=Max("ended_at")
    )


def compute_report(report: HumannessReport, worker: str, stopping: Event) -> None:
    """Compute the report and store it with its files. Raises LeaseLost, or Hopeless if there is nothing to measure."""
    from analysis.humanness.run_humanness import compute_run
    from analysis.statistics.judgements import BadData

    def note(step: str) -> None:
        if stopping.is_set():
            raise LeaseLost(f"{report} was returned to the queue.")
        HUMANNESS.store(report, worker, step=step[:100])

    try:
        computed = compute_run(report.run, instructions_of(report.run), note)
    except BadData as error:
        raise Hopeless(str(error)) from error
    earlier = HumannessReport.objects.filter(run=report.run, pk__lt=report.pk)
    store_computed(HUMANNESS, report, worker, computed, earlier=earlier)


def forget_reports_on(persona: Persona, **_signal: Any) -> None:
    """Delete the reports on all runs of the study of a withdrawn persona, which count its dialogues and quote their words.

    Delete again after the commit, because a report requested in the meantime may still count them.
    """
    _delete_reports(persona.study_id)
    transaction.on_commit(partial(_delete_reports, persona.study_id), robust=True)


def _delete_reports(study: int) -> None:
    HumannessReport.objects.filter(run__study=study).delete()
