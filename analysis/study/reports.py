"""Reports on studies: request them, compute them, and delete them when someone withdraws."""

from functools import partial
from threading import Event
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from analysis.code_version import code_version
from analysis.models import SHAPE, Report
from analysis.stored_results import store_computed
from analysis.study.sources import Chosen, Factors, fingerprint
from evaluation.models import Evaluator
from jobs.leases import LeaseLost
from jobs.queues import Queue
from jobs.workers import Hopeless
from studies.models import Persona, Study

State = Report.State
REPORTS = Queue(table=Report, along=("study",), task="analysis.analyse")


def latest_report(study: Study) -> Report | None:
    """Return the last computed report that can be shown, even if the data have changed since."""
    return Report.objects.filter(study=study, state=State.FINISHED, shown__shape=SHAPE).first()


def last_choice(study: Study) -> Chosen:
    """Return the choice of evaluations in the most recently requested report."""
    newest = Report.objects.filter(study=study).first()
    return newest.evaluations if newest else None


def last_factors(study: Study) -> list[str]:
    """Return what the mixed models of the most recently requested report compare; empty for the inquirer models."""
    newest = Report.objects.filter(study=study).first()
    return list(newest.factors) if newest else []


def current_report(study: Study) -> Report | None:
    """Return the last report on the present data, in any state; None if none was requested."""
    present = fingerprint(study, last_choice(study), last_factors(study))
    return Report.objects.filter(study=study, fingerprint=present).first()


@transaction.atomic
def request_report(
    study: Study, chosen: Chosen = None, started_by: User | None = None, factors: Factors = ()
) -> Report:
    """Request a report on the present data, with the judgements of the ``chosen`` evaluations and mixed models that compare by
    these ``factors``.

    If such a report is in progress, return it. Compute a finished one again, because its files may be missing or a reader may
    doubt it.
    """
    report, is_new = Report.objects.get_or_create(
        study=study,
        fingerprint=fingerprint(study, chosen, factors),
        state=State.RUNNING,
        defaults={
            "code": code_version(),
            "evaluations": chosen if chosen is None else sorted(chosen),
            "factors": list(factors),
        },
    )
    if is_new:
        REPORTS.queue(report, started_by)
    return report


def ensure_report(study: Study) -> Report:
    """Return the report on the present data; request it if there is none, or if it could not be computed."""
    current = current_report(study)
    if current is not None and not current.has_failed:
        return current
    return request_report(study, last_choice(study), factors=last_factors(study))


def compute_report(report: Report, worker: str, stopping: Event) -> None:
    """Compute the report and store it with its files. Raises LeaseLost, or Hopeless if the data cannot be analysed."""
    from analysis.statistics.judgements import BadData
    from analysis.study.study_analysis import compute_study

    def note(step: str) -> None:
        if stopping.is_set():
            raise LeaseLost(f"{report} was returned to the queue.")
        REPORTS.store(report, worker, step=step[:100])

    try:
        computed = compute_study(report.study, report.evaluations, note, report.factors)
    except BadData as error:
        raise Hopeless(str(error)) from error
    store_computed(
        REPORTS, report, worker, computed, earlier=Report.objects.filter(study=report.study, pk__lt=report.pk)
    )


def forget_reports_on(persona: Persona, **_signal: Any) -> None:
    """Delete the reports on the study of a withdrawn persona, because they name and count the persona."""
    _forget_reports(persona.study_id)


def forget_reports_by(evaluator: Evaluator, **_signal: Any) -> None:
    """Delete the reports on the study whose pairs a withdrawn evaluator judged; evaluations of answers have no study."""
    if evaluator.evaluation.study_id is not None:
        _forget_reports(evaluator.evaluation.study_id)


def _forget_reports(study: int) -> None:
    """Delete the study's reports in every state; a worker that computes one notices this and drops it.

    Delete again after the commit, because a report requested in the meantime may still count the person who withdraws.
    """
    _delete_reports(study)
    transaction.on_commit(partial(_delete_reports, study), robust=True)


def _delete_reports(study: int) -> None:
    Report.objects.filter(study=study).delete()
