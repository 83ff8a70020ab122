"""The selection of a job's triplets: filter, de-duplication and division, which need no model and can be repeated."""

from collections.abc import Sequence

from django.db import transaction

from characters.context_instruct.answers import as_triplets
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.requests import check_threshold
from characters.models import ContextInstruct, Triplet
from characters.refusals import CharacterRefused
from jobs.rows import update_rows
from rolellm.selection import Verdict, select


@transaction.atomic
def select_again(job: ContextInstruct, threshold: float) -> None:
    """Select the job's triplets with another threshold. Raises CharacterRefused."""
    check_threshold(threshold)
    locked = INSTRUCT_CALLS.lock(job)
    if locked.is_running:
        raise CharacterRefused("The model is still making triplets. Pause it, or wait until it has finished.")
    locked.configuration["threshold"] = threshold
    select_stored(locked)
    job.refresh_from_db()


def select_stored(locked: ContextInstruct) -> None:
    """Decide what becomes of every triplet of the job, whose row the transaction has locked."""
    rows = list(
        Triplet.objects.filter(call__job=locked)
        .exclude(fate="malformed")
        .select_related("call")
        .order_by("call__position", "position")
    )
    language = locked.configuration["subject"]["character"]["language"]
    found = as_triplets(rows, [row.call.origin for row in rows])
    verdicts = select(found, language, locked.configuration["threshold"])
    for row, verdict in zip(rows, verdicts, strict=True):
        row.fate, row.reason = verdict.fate, _reason(rows, verdict)
        row.similarity, row.split = verdict.similarity, verdict.split
    update_rows(rows, "fate", "reason", "similarity", "split")
    ContextInstruct.objects.filter(pk=locked.pk).update(is_filtered=True, configuration=locked.configuration)


def _reason(rows: Sequence[Triplet], verdict: Verdict) -> str:
    """Return why the triplet was not kept, in words; empty if it was."""
    if verdict.fate == "low":
        return "The model itself doubts it."
    if verdict.original is None:
        return ""
    original = rows[verdict.original].question
    if verdict.fate == "repeat":
        return f"Repeats “{original}”"
    return f"Similarity {verdict.similarity:.2f} to “{original}”"
