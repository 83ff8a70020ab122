"""Becoming an evaluator. All of it holds the evaluation's row, one person at a time, so that no number is given twice."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from collection.participation.invitations import Invitation
from collection.participation.terms import Agreement, Terms
from evaluation.evaluators.admission import NotAdmitted, why_not_admitted
from evaluation.evaluators.credentials import Visitor
from evaluation.evaluators.lists import evaluators_called
from evaluation.evaluators.places import hold
from evaluation.models import Evaluation, Evaluator

NOBODY = Invitation()


@transaction.atomic
def enrol(
    evaluation: Evaluation,
    invitation: Invitation = NOBODY,
    agreement: Agreement | None = None,
    now: datetime | None = None,
) -> Visitor:
    """Enrol a person who has consented. The same consent form sent again gives the same evaluator. Raises NotAdmitted.

    An external id proves nothing, so a browser that brings a known one judges a separate list. What another browser has under
    way does not change.
    """
    agreement, now = agreement or terms_of(evaluation).offer(), now or timezone.now()
    held = hold(evaluation)
    if sender := held.evaluators.filter(token=agreement.token).first():
        return Visitor(sender)
    if reason := why_not_admitted(held, invitation, now):
        raise NotAdmitted(reason)
    return Visitor(_new_evaluator(held, invitation, agreement, now))


def note_refused_return(evaluation: Evaluation, invitation: Invitation) -> None:
    """Count, for the researcher, a browser that came with the external id of an evaluator who has finished."""
    finished = evaluators_called(evaluation, invitation.external_id).filter(state=Evaluator.State.FINISHED).first()
    if finished is not None:
        Evaluator.objects.filter(pk=finished.pk).update(refused_returns=F("refused_returns") + 1)


def terms_of(evaluation: Evaluation) -> Terms:
    """What evaluators agree to."""
    place = f"{evaluation.study.slug}/{evaluation.number}"
    return Terms("evaluation.evaluator.agreement", place, evaluation.consent_version, evaluation.consent)


def _new_evaluator(held: Evaluation, invitation: Invitation, agreement: Agreement, now: datetime) -> Evaluator:
    last: int | None = held.evaluators.aggregate(last=Max("number"))["last"]
    return Evaluator.objects.create(
        token=agreement.token,
        evaluation=held,
        number=(last or 0) + 1,
        external_id=invitation.external_id,
        parameters=dict(invitation.parameters),
        consented_at=now,
        consent_version=agreement.version,
        last_seen_at=now,
    )
