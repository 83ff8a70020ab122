"""Deleting archived studies with everything in them."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import ManyToOneRel, Q, QuerySet

from analysis.models import HumannessReport, Report
from enrolment.withdrawal import forget_deleted_text
from evaluation.judging.rendered_texts import forget_texts
from evaluation.models import Evaluator, Judgement, ModelJudgement
from roleplay_site.keeping.archiving import Refused
from studies.audit import Verb, record
from studies.models import Dialogue, Study
from studies.search.indexing import forget_deleted_words


def what_is_deleted(study: Study) -> dict[str, int]:
    """Return how much of what would be deleted with the study, by its name in the plural."""
    kind = Dialogue.Kind
    counted: Mapping[str, QuerySet[Any]] = {
        "participants": study.participants.all(),
        "natural dialogues": study.dialogues.filter(kind=kind.NATURAL),
        "simulated dialogues": study.dialogues.filter(kind=kind.SIMULATED),
        "branches": study.dialogues.filter(kind=kind.BRANCH),
        "runs": study.runs.all(),
        "evaluations": study.evaluations.all(),
        "evaluators": Evaluator.objects.filter(evaluation__study=study),
        "judgements by people": Judgement.objects.filter(pair__evaluation__study=study),
        "judgements by models": ModelJudgement.objects.filter(pair__evaluation__study=study),
        "analyses": Report.objects.filter(study=study),
        "reports on runs": HumannessReport.objects.filter(run__study=study),
    }
    return {name: rows.count() for name, rows in counted.items()}


@transaction.atomic
def delete_study(study: Study, title: str) -> None:
    """Delete the archived study and everything in it, if ``title``, which a person typed, is its title. Raises Refused.

    The trail keeps what was done in it, and what was deleted, without any data.
    """
    stored = Study.objects.select_for_update().get(pk=study.pk)
    if not stored.is_archived:
        raise Refused(f"The study “{stored.title}” is not archived. Archive it first.")
    if " ".join(title.split()) != " ".join(stored.title.split()):
        raise Refused("The title that you typed is not the study's title, so nothing was deleted. Type it exactly.")
    counts = ", ".join(f"{count} {name}" for name, count in what_is_deleted(stored).items() if count)
    record(stored, Verb.DELETED, f"the study “{stored.title}” with {counts or 'no data'}")
    delete_with_parts(Study.objects.filter(Q(pk=stored.pk) | Q(test_of=stored.pk)))
    forget_deleted_words()
    forget_texts()
    transaction.on_commit(forget_deleted_text, robust=True)


def delete_with_parts(rows: QuerySet[Any]) -> None:
    """Delete the rows and all rows that cannot be without them, with one statement for each way to a table.

    Django's own deletion would read every row, a hundred thousand dialogues with their turns, and stop at goals and personas,
    which are protected while a dialogue has them. ``rows`` include those of their own table that hang on them.
    """
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.related_model is rows.model:
            continue
        name = relation.field.name
        parts = relation.related_model._base_manager.filter(**{f"{name}__in": rows})
        if relation.on_delete is models.SET_NULL:
            parts.update(**{name: None})
        else:
            delete_with_parts(parts)
    rows._raw_delete(rows.db)
