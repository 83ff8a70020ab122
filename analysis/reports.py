"""Asking for analyses, and computing those that were asked for."""

import logging
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from analysis.fingerprints import code_version, fingerprint
from analysis.models import Report
from collection.models import Study
from simulation.services import ring_for_workers

logger = logging.getLogger(__name__)

BELL = "analysis.compute"
"""The Celery task that computes what was asked for."""
LEASE = timedelta(minutes=5)
"""Longer than any step of a large study; it is renewed with every step."""
State = Report.State


def latest_report(study: Study) -> Report | None:
    """The last one that was computed, whether or not the data have changed since."""
    return Report.objects.filter(study=study, state=State.DONE).first()


def current_report(study: Study) -> Report | None:
    """The one of the data as they are, in whatever state; None if nobody has asked for it."""
    return Report.objects.filter(study=study, fingerprint=fingerprint(study)).first()


def request_report(study: Study) -> Report:
    """The report of the data as they are; asking again asks once, except for one that failed."""
    report, is_new = Report.objects.get_or_create(
        study=study, fingerprint=fingerprint(study), defaults={"code": code_version()}
    )
    if report.state == State.FAILED:
        Report.objects.filter(pk=report.pk, state=State.FAILED).update(state=State.QUEUED, message="")
        is_new = True
    if is_new:
        transaction.on_commit(lambda: ring_for_workers(BELL))
        report.refresh_from_db()
    return report


def folder_of(report: Report) -> Path:
    """Where the report's files are."""
    return Path(settings.VAR_DIR) / "reports" / report.token


def work_off() -> None:
    """Computes what was asked for, one after the other, until nothing is left."""
    while (report := _claim(timezone.now())) is not None:
        try:
            _compute(report)
        except Exception:
            # Whatever it is, the page must say that it went wrong, and the next one is computed all the same.
            logger.exception("The analysis %s failed.", report.token)
            _finish(report, State.FAILED, message="Something unexpected went wrong: the worker's log says what.")


@transaction.atomic
def _claim(now: datetime) -> Report | None:
    waiting = Q(state=State.QUEUED) | Q(state=State.RUNNING, leased_until__lt=now)
    report = Report.objects.select_for_update(of=("self",)).filter(waiting).order_by("pk").first()
    if report is not None:
        report.state, report.leased_until = State.RUNNING, now + LEASE
        report.save(update_fields=["state", "leased_until"])
    return report


def _compute(report: Report) -> None:
    from analysis.computing import compute_study
    from analysis.judgements import BadData

    try:
        computed = compute_study(report.study, folder_of(report), lambda step: _note(report, step))
    except BadData as error:
        _finish(report, State.FAILED, message=str(error))
        return
    _finish(report, State.DONE, shown=computed.shown, files=computed.files)
    _forget_others(report)


def _note(report: Report, step: str) -> None:
    Report.objects.filter(pk=report.pk).update(step=step[:100], leased_until=timezone.now() + LEASE)


def _finish(report: Report, state: Report.State, **fields: object) -> None:
    Report.objects.filter(pk=report.pk).update(
        state=state, step="", leased_until=None, finished_at=timezone.now(), **fields
    )


def _forget_others(report: Report) -> None:
    """Only the latest of a study is kept: an older one may hold what has left the study since."""
    for other in Report.objects.filter(study=report.study, pk__lt=report.pk):
        shutil.rmtree(folder_of(other), ignore_errors=True)
        other.delete()
