"""Request checks of dialogues, and store what guards find."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.guards.findings import CheckedTurn, Finding, categories_of, overall
from jobs.queues import Queue
from simulation.guards.identity import describe_guard
from simulation.requests import RequestError
from simulation.run_identity import identify
from studies.language_models.identities import find_well_described
from studies.models import Dialogue, GuardCheck, GuardRun, Study, refuse_archived
from studies.storable_text import storable

GUARD_CHECKS = Queue(table=GuardCheck, job="guard_run", along=("dialogue",), task="simulation.guard")


def request_checks(
    study: Study, dialogues: QuerySet[Dialogue], model: str, models_file: Path | None = None
) -> GuardRun:
    """Return the checks of the study by the guard ``model``, with those of ``dialogues`` that were missing added.

    They are paused until they are queued or worked on. Raises RequestError, or Archived.
    """
    refuse_archived(study.pk)
    file = models_file or settings.MODELS_FILE
    try:
        find_well_described(file, model)
        configuration = describe_guard(file, model)
    except ModelMisconfigured as error:
        raise RequestError(str(error), model=model) from error
    with transaction.atomic():
        found = _lock(dialogues)
        guard_run, _ = GuardRun.objects.get_or_create(
            study=study,
            identity=identify(configuration),
            defaults={"model": model, "configuration": configuration},
        )
        _add_missing(GUARD_CHECKS.lock(guard_run), found)
    guard_run.refresh_from_db()
    return guard_run


def turns_to_check(check: GuardCheck) -> list[CheckedTurn]:
    """Return the dialogue's turns in order, answered or not."""
    turns = check.dialogue.turns.order_by("position")
    return [CheckedTurn(turn.position + 1, turn.utterance, turn.response) for turn in turns]


def finish_check(check: GuardCheck, findings: tuple[Finding, ...], worker: str, now: datetime) -> None:
    """Store what the guard found; the last check finishes the job. Raises LeaseLost."""
    GUARD_CHECKS.finish(
        check,
        worker,
        now,
        verdict=overall(findings),
        categories=list(categories_of(findings)),
        findings=[_record(finding) for finding in findings],
    )


def _record(finding: Finding) -> dict[str, object]:
    return asdict(finding) | {"raw": storable(finding.raw), "problem": storable(finding.problem)}


def _lock(dialogues: QuerySet[Dialogue]) -> list[int]:
    """Lock the dialogues, so that a withdrawal either finds their checks or has deleted them; return their keys.

    Lock them before the job: a withdrawal waits for workers, which hold checks and wait for the job.
    """
    return list(dialogues.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _add_missing(locked: GuardRun, dialogues: Iterable[int]) -> None:
    """Add the missing checks. Only the holder of the job's row adds any."""
    existing = set(locked.checks.values_list("dialogue", flat=True))
    missing = [pk for pk in dialogues if pk not in existing]
    GuardCheck.objects.bulk_create(GuardCheck(guard_run=locked, dialogue_id=pk) for pk in missing)
    if missing:
        GuardRun.objects.filter(pk=locked.pk, state=GuardRun.State.FINISHED).update(state=GuardRun.State.PAUSED)
