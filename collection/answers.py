"""Participants' answers as a table, one row per participant in any state."""

from collections.abc import Iterator

from django.db.models import QuerySet

from collection.models import Participant
from studies.files.exports import counted, row_writer, table_head
from studies.files.person_answers import AnswersToExport
from studies.models import Study


def export_answers(
    study: Study, form: str = "csv", *, with_external_ids: bool = False, with_texts: bool = False
) -> Iterator[str]:
    """Yield the study's participants as "csv" or "spreadsheet" (see ``exports.FORMS``), one row each, in order of consent.

    External IDs and answers in people's own words can identify them, so both are left out unless requested. With IDs the table
    is always for spreadsheets, because researchers open it to pay people, and visitors choose their ID. The table is streamed.
    Raises Incomplete at the end if the number of rows differs from the number of participants at the start.
    """
    form = "spreadsheet" if with_external_ids else form
    participants = known_participants(study)
    expected = participants.count()
    told = AnswersToExport(study, with_texts)
    write = row_writer(form)
    yield table_head(form, _columns(told, with_external_ids))
    rows = (write(_values(one, told, with_external_ids)) for one in participants.iterator(chunk_size=500))
    yield from counted(rows, expected, "participants")


def known_participants(study: Study) -> QuerySet[Participant]:
    """Return everyone who has consented so far, excluding people who consent later."""
    newest = study.participants.order_by("pk").last()
    known = study.participants.filter(pk__lte=newest.pk if newest else 0).select_related("persona")
    return known.prefetch_related("persona__survey_answers").order_by("pk")


_ASSIGNED = ("conditions", "condition_seed")


def _columns(told: AnswersToExport, with_external_ids: bool) -> list[str]:
    named = ["external_id"] if with_external_ids else []
    return [
        "participant",
        "state",
        *named,
        "consented_at",
        "consent_version",
        *(column.name for column in told.columns),
        "goal_order",
        "finished_at",
        *_ASSIGNED,
    ]


def _values(one: Participant, told: AnswersToExport, with_external_ids: bool) -> list[object]:
    """Return one row. ``participant`` is the persona's code, as in exports of dialogues; empty before the persona form.

    ``conditions`` is one name, or within participants the condition of each goal, in their order."""
    return [
        one.persona.code if one.persona else "",
        one.state,
        *([one.external_id] if with_external_ids else []),
        one.consented_at.isoformat(),
        one.consent_version,
        *(told.cells(one.persona) if one.persona else [None] * len(told.columns)),
        " ".join(str(number) for number in one.goal_order),
        one.ended_at.isoformat() if one.ended_at else None,
        "; ".join(one.conditions if len(set(one.conditions)) > 1 else one.conditions[:1]),
        one.condition_seed,
    ]
