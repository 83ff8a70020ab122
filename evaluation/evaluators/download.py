"""The evaluator's data for download: all their answers and times, but not which side was artificial."""

from dataclasses import asdict
from typing import Any

from evaluation.kinds.base import PairKind
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluator, Judgement


def describe_judgements(evaluator: Evaluator) -> dict[str, Any]:
    """Return the evaluator's answers, ready for JSON."""
    rows, kind = enumerate(_judgements(evaluator), start=1), kind_of(evaluator.evaluation)
    return {"judgements": [_judgement(number, row, kind) for number, row in rows]}


def _judgements(evaluator: Evaluator) -> Any:
    ordered = evaluator.judgements.order_by("presentation__assignment__number", "presentation__position")
    return ordered.prefetch_related("revisions")


def _judgement(number: int, judgement: Judgement, kind: PairKind[Any, Any]) -> dict[str, Any]:
    return {
        f"{kind.name.removesuffix('s')}_pair": number,
        **asdict(kind.answer_of(judgement)),
        "shown_at": judgement.shown_at,
        "submitted_at": judgement.submitted_at,
        **{name: getattr(judgement, name) for name in Judgement.MEASURES},
        "trail": [
            {
                **asdict(kind.answer_of(revision)),
                "is_submitted": revision.is_submitted,
                "active_seconds": revision.active_seconds,
                "made_at": revision.made_at,
            }
            for revision in judgement.revisions.all()
        ],
    }
