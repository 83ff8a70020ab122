"""Participants' answers as a table, one row per participant in any state."""

from collections.abc import Iterator

from django.db.models import QuerySet

from collection.models import Participant
from studies.files.exports import counted, row_writer, table_head
from studies.models import Study
from studies.questionnaires import read_features


def export_answers(study: Study, form: str = "csv", *, with_external_ids: bool = False) -> Iterator[str]:
    """Yield the study's participants as "csv" or "spreadsheet" (see ``exports.FORMS``), one row each, in order of consent.

    External IDs can identify people, so they are left out unless requested. With them the table is always for spreadsheets,
    because researchers open it to pay people, and visitors choose their ID. The table is streamed. Raises Incomplete at the end
    if the number of rows differs from the number of participants at the start.
    """
    form = "spreadsheet" if with_external_ids else form
    participants = known_participants(study)
    expected = participants.count()
    keys = [feature.key for feature in read_features(study.questionnaire)]
    write = row_writer(form)
    yield table_head(form, _columns(keys, with_external_ids))
    rows = (write(_values(one, keys, with_external_ids)) for one in participants.iterator(chunk_size=500))
    yield from counted(rows, expected, "participants")


def known_participants(study: Study) -> QuerySet[Participant]:
    """Return everyone who has consented so far, excluding people who consent later."""
    newest = study.participants.order_by("pk").last()
    return study.participants.filter(pk__lte=newest.pk if newest else 0).select_related("persona").order_by("pk")


_ASSIGNED = ("conditions", "condition_seed")


def _columns(keys: list[str], with_external_ids: bool) -> list[str]:
    named = ["external_id"] if with_external_ids else []
    return [
        "participant",
        "state",
        *named,
        "consented_at",
        "consent_version",
        *keys,
        "goal_order",
        "finished_at",
        *_ASSIGNED,
    ]


def _values(one: Participant, keys: list[str], with_external_ids: bool) -> list[object]:
    """Return one row. ``participant`` is the persona's code, as in exports of dialogues; empty before the persona form.

    ``conditions`` is one name, or within participants the condition of each goal, in their order."""
    answers = one.persona.features if one.persona else {}
    return [
        one.persona.code if one.persona else "",
        one.state,
        *([one.external_id] if with_external_ids else []),
        one.consented_at.isoformat(),
        one.consent_version,
        *(answers.get(key) for key in keys),
        " ".join(str(number) for number in one.goal_order),
        one.ended_at.isoformat() if one.ended_at else None,
        "; ".join(one.conditions if len(set(one.conditions)) > 1 else one.conditions[:1]),
        one.condition_seed,
    ]
