"""The table of evaluators with their external IDs, for payment by a recruitment platform."""

from collections.abc import Iterator

from django.db.models import Count, Q

from evaluation.models import Evaluation, Evaluator
from studies.files.exports import counted, row_writer, table_head

COLUMNS = ("participant", "external_id", "state", "submitted", "flagged", "consented_at", "ended_at")


def export_evaluators(evaluation: Evaluation, form: str = "csv") -> Iterator[str]:
    """Yield a table of all evaluators who have consented, as "csv" or "spreadsheet", with their external IDs.

    ``submitted`` counts all judgements, including training and attention checks. Raises Incomplete at the end if the number of
    rows is not that of the evaluators at the start.
    """
    newest = evaluation.evaluators.order_by("pk").last()
    known = evaluation.evaluators.filter(pk__lte=newest.pk if newest else 0).order_by("pk")
    expected = known.count()
    yield table_head(form, COLUMNS)
    write = row_writer(form)
    done = Count("judgements", filter=Q(judgements__submitted_at__isnull=False))
    rows = known.annotate(done=done).iterator(chunk_size=500)
    yield from counted((write(_values(one, one.done)) for one in rows), expected, "evaluators")


def _values(one: Evaluator, submitted: int) -> list[object]:
    return [
        one.code,
        one.external_id,
        one.state,
        submitted,
        int(bool(one.flag)),
        one.consented_at.isoformat(),
        one.ended_at.isoformat() if one.ended_at else None,
    ]
