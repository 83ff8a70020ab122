"""What an evaluator may take home: all that the site keeps of what they gave, but not which side was artificial."""

from dataclasses import asdict
from typing import Any

from evaluation.answers import answer_of
from evaluation.models import Evaluator, Judgement


def own_data(evaluator: Evaluator) -> dict[str, Any]:
    """The evaluator's consent and answers, ready for JSON."""
    evaluation = evaluator.evaluation
    return {
        "study": evaluation.study.title,
        "state": evaluator.get_state_display(),
        "consent": {
            "agreed_at": evaluator.consented_at,
            "version": evaluator.consent_version,
            "text": evaluation.consent,
        },
        "external_id": evaluator.external_id,
        "link_parameters": evaluator.parameters,
        "last_seen_at": evaluator.last_seen_at,
        "ended_at": evaluator.ended_at,
        "judgements": [_judgement(place, row) for place, row in enumerate(_judgements(evaluator), start=1)],
    }


def _judgements(evaluator: Evaluator) -> Any:
    ordered = evaluator.judgements.order_by("showing__assignment__number", "showing__position")
    return ordered.prefetch_related("revisions")


def _judgement(place: int, judgement: Judgement) -> dict[str, Any]:
    return {
        "dialogue_pair": place,
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
