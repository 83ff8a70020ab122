"""Archiving studies, and restoring them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collection.models import Recruitment
from roleplay_site.keeping.activity import what_goes_on
from studies.audit import Verb, record
from studies.models import Study


class Refused(ValueError):
    """A study cannot be archived or deleted now; ``reasons`` are sentences that say what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons: Sequence[str] = reasons


@transaction.atomic
def archive_study(study: Study) -> None:
    """Archive the study: lists leave it out, nobody can enrol and nothing can start; its data can be read and exported.

    Archiving twice archives once. Raises Refused while there is activity in it.
    """
    stored = Study.objects.select_for_update().get(pk=study.pk)
    if reasons := what_goes_on(stored):
        raise Refused(*reasons)
    if not stored.is_archived:
        _set(study, timezone.now())
        record(study, Verb.ARCHIVED, "the study")


@transaction.atomic
def restore_study(study: Study) -> None:
    """Let the study be used again, closed as it was."""
    if Study.objects.select_for_update().get(pk=study.pk).is_archived:
        _set(study, None)
        record(study, Verb.RESTORED, "the study")


def _set(study: Study, archived_at: datetime | None) -> None:
    """Store it, and close or open the study's test copies, which nobody else closes."""
    Recruitment.objects.filter(study__test_of=study).update(is_open=archived_at is None)
    study.archived_at = archived_at
    Study.objects.filter(pk=study.pk).update(archived_at=archived_at)
