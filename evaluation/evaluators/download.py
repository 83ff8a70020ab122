"""The evaluator's data for download: all their answers and times, but not which side was artificial."""

from dataclasses import asdict
from typing import Any

from evaluation.answers import answer_of
from evaluation.models import Evaluator, Judgement


def describe_judgements(evaluator: Evaluator) -> dict[str, Any]:
    """Return the evaluator's answers, ready for JSON."""
    rows = enumerate(_judgements(evaluator), start=1)
    return {"judgements": [_judgement(number, row) for number, row in rows]}


def _judgements(evaluator: Evaluator) -> Any:
    ordered = evaluator.judgements.order_by("presentation__assignment__number", "presentation__position")
    return ordered.prefetch_related("revisions")


def _judgement(number: int, judgement: Judgement) -> dict[str, Any]:
    return {
        "dialogue_pair": number,
        **asdict(answer_of(judgement)),
        "shown_at": judgement.shown_at,
        "submitted_at": judgement.submitted_at,
        **{name: getattr(judgement, name) for name in Judgement.MEASURES},
        "trail": [
            {
                **asdict(answer_of(revision)),
                "is_submitted": revision.is_submitted,
                "active_seconds": revision.active_seconds,
                "made_at": revision.made_at,
            }
            for revision in judgement.revisions.all()
        ],
    }
