"""Becoming an evaluator. All of it holds the evaluation's row, one person at a time, so that no number is given twice."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from collection.participation.invitations import Invitation
from collection.participation.terms import Agreement, Terms
from evaluation.evaluators.admission import NotAdmitted, why_not_admitted
from evaluation.evaluators.credentials import Visitor
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
    """The evaluator who has consented: a new one, or the one whose external id, or whose consent form, this is.

    Whoever is known by an external id alone goes on without proof. Raises NotAdmitted.
    """
    agreement, now = agreement or terms_of(evaluation).offer(), now or timezone.now()
    held = hold(evaluation)
    if sender := held.evaluators.filter(token=agreement.token).first():
        return Visitor(sender)
    if invited := find_invited(held, invitation):
        return Visitor(invited, since=now)
    if reason := why_not_admitted(held, invitation, now):
        raise NotAdmitted(reason)
    return Visitor(_new_evaluator(held, invitation, agreement, now))


def find_invited(evaluation: Evaluation, invitation: Invitation) -> Evaluator | None:
    """Who has come with this external id before."""
    if not invitation.external_id:
        return None
    return evaluation.evaluators.filter(external_id=invitation.external_id).first()


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
