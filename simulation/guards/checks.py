"""Request checks of dialogues, and store what guards find."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.guards.findings import CheckedTurn, Finding, categories_of, overall
from jobs.queues import Queue
from simulation.casting import identify
from simulation.guards.identity import describe_guard
from simulation.requests import RequestError
from studies.language_models.identities import find_well_described
from studies.models import Dialogue, GuardCheck, GuardRun, Study
from studies.storable_text import storable

GUARD_CHECKS = Queue(table=GuardCheck, job="guard_run", along=("dialogue",), task="simulation.guard")


def request_checks(
    study: Study, dialogues: QuerySet[Dialogue], model: str, models_file: Path | None = None
) -> GuardRun:
    """Return the checks of the study by the guard ``model``, with those of ``dialogues`` that were missing added.

    They are paused until they are queued or worked on. Raises RequestError.
    """
    file = models_file or settings.MODELS_FILE
    try:
        find_well_described(file, model)
        configuration = describe_guard(file, model)
    except ModelMisconfigured as error:
        raise RequestError(str(error), model=model) from error
    with transaction.atomic():
        guard_run, _ = GuardRun.objects.get_or_create(
            study=study,
            identity=identify(configuration),
            defaults={"model": model, "configuration": configuration},
        )
        _add_missing(GUARD_CHECKS.lock(guard_run), dialogues)
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


def _add_missing(locked: GuardRun, dialogues: QuerySet[Dialogue]) -> None:
    """Add the missing checks. Only the holder of the job's row adds any."""
    missing = dialogues.exclude(pk__in=locked.checks.values("dialogue"))
    added = GuardCheck.objects.bulk_create(GuardCheck(guard_run=locked, dialogue=dialogue) for dialogue in missing)
    if added:
        GuardRun.objects.filter(pk=locked.pk, state=GuardRun.State.FINISHED).update(state=GuardRun.State.PAUSED)
