"""Test participants: researchers who try a study as participants do.

They enrol in a test copy of the study. What they write is stored there like that of participants, but nothing of the study
itself counts, shows, exports or analyses it, and it freezes only the copy. A change of the study leaves its tests as they
are; the next person to try it gets a new copy.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Model

from collection.models import Recruitment
from collection.participation.eligibility import lock_recruitment
from collection.participation.enrolment import ChatEnrolment
from collection.research.opening import NotReady, what_it_lacks
from collection.research.recruitment_form import find_recruitment
from enrolment.withdrawal import forget_deleted_text
from studies.audit import record
from studies.models import AuditLine, Study, refuse_archived
from studies.services import copied_values, copy_for_tests

OWN = ("title", "frozen_at", "archived_at", "is_public", "is_open", "opens_at", "closes_at", "chatbot_answered_at")
"""Fields in which a study and a test copy of it may differ."""


def open_tests(study: Study) -> Study:
    """Return the test copy in which the study can be tried as it is now. Raises NotReady if no one could chat in it.

    Seats, quotas and conditions are counted there as in a study that has only test participants. Raises Archived, too.
    """
    refuse_archived(study.pk)
    if lacks := what_it_lacks(study):
        raise NotReady(f"The study cannot be tried yet. {lacks[0]}")
    with transaction.atomic():
        locked = Study.objects.select_for_update().get(pk=study.pk)
        refuse_archived(study.pk)
        newest = locked.test_copies.order_by("pk").last()
        if newest is not None and is_current(newest):
            return newest
        return _new_copy(locked)


def is_current(copy: Study) -> bool:
    """Return whether the study has not been changed since this test copy of it was made."""
    assert copy.test_of is not None, "it is a test copy"  # noqa: S101
    return list(_settings(copy)) == list(_settings(copy.test_of))


def delete_tests(study: Study) -> int:
    """Delete the study's test copies with everything that was said in them. Return the number of test participants."""
    with transaction.atomic():
        people = sum(_delete_copy(copy) for copy in study.test_copies.all())
        if people:
            record(study, AuditLine.Verb.DELETED, f"{people} test participant{'' if people == 1 else 's'}")
        transaction.on_commit(forget_deleted_text, robust=True)
    return people


def _new_copy(study: Study) -> Study:
    for unused in study.test_copies.filter(participants=None):
        _delete_copy(unused)
    copy = copy_for_tests(study)
    Recruitment.objects.update_or_create(study=copy, defaults={"is_open": True})
    return copy


def _delete_copy(copy: Study) -> int:
    """Delete the copy and return the number of its participants. Their data go first, as when they withdraw, because processes
    that still store something in their dialogues must notice. Nobody enrols meanwhile."""
    lock_recruitment(copy)
    enrolment, people = ChatEnrolment(copy), list(copy.participants.select_for_update(of=("self",)))
    for participant in people:
        enrolment.delete_data(participant)
    copy.participants.all().delete()
    copy.personas.all().delete()
    copy.delete()
    return len(people)


def _settings(study: Study) -> Iterator[dict[str, Any]]:
    """Yield everything that participants of the study could notice."""
    rows: list[Model] = [study, *study.goals.all(), *study.conditions.all(), *study.character_sheets.order_by("name")]
    rows += [find_recruitment(study), *study.outcomes.all()]
    yield from (copied_values(row, *OWN) for row in rows)
