"""Asking for analyses, and computing those that were asked for."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction

from analysis import jobs
from analysis.code_version import code_version
from analysis.models import SHAPE, Report
from analysis.study.fingerprints import fingerprint
from collection.models import Study
from simulation.duty import is_stopping
from simulation.services import ring_for_workers

BELL = "analysis.compute"
"""The Celery task that computes what was asked for."""
State = Report.State


def latest_report(study: Study) -> Report | None:
    """The last one that was computed and can be shown, whether or not the data have changed since."""
    return Report.objects.filter(study=study, state=State.DONE, shown__shape=SHAPE).first()


def current_report(study: Study) -> Report | None:
    """The one of the data as they are, in whatever state; None if nobody has asked for it."""
    return Report.objects.filter(study=study, fingerprint=fingerprint(study)).first()


def request_report(study: Study) -> Report:
    """The report of the data as they are; asking again asks once, except for one that failed."""
    report, is_new = Report.objects.get_or_create(
        study=study, fingerprint=fingerprint(study), defaults={"code": code_version()}
    )
    if jobs.ask_again(report) or is_new:
        transaction.on_commit(lambda: ring_for_workers(BELL))
        report.refresh_from_db()
    return report


def folder_of(report: Report) -> Path:
    """Where the report's files are."""
    return Path(settings.VAR_DIR) / "reports" / report.token


def work_off() -> None:
    """Computes what was asked for, one after the other, until nothing is left."""
    jobs.work_off(Report, _compute, is_stopping.is_set)


def _compute(report: Report) -> None:
    from analysis.judgements import BadData
    from analysis.study.computing import compute_study

    try:
        computed = compute_study(report.study, folder_of(report), lambda step: jobs.keep(report, step=step[:100]))
    except BadData as error:
        jobs.finish(report, State.FAILED, step="", message=str(error))
        return
    try:
        jobs.finish(report, State.DONE, step="", code=code_version(), shown=computed.shown, files=computed.files)
    except jobs.LeaseLost:
        _forget_if_gone(report)
        raise
    # Only the latest of a study is kept.
    Report.objects.filter(study=report.study, pk__lt=report.pk).delete()


def _forget_if_gone(report: Report) -> None:
    """Whoever withdrew meanwhile has deleted it, and what was known of them is among the files."""
    if not Report.objects.filter(pk=report.pk).exists():
        shutil.rmtree(folder_of(report), ignore_errors=True)
