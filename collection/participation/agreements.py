"""What a study's welcome page offers for agreement, and whether that is what somebody agreed to."""

from collection.participation.providers import provider_of
from collection.participation.terms import Agreement, Terms
from studies.models import Study


def offer_agreement(study: Study) -> Agreement:
    """What somebody new is to agree to now."""
    return _terms(study).offer()


def sign_agreement(study: Study, agreement: Agreement) -> str:
    """What the form carries."""
    return _terms(study).sign(agreement)


def read_agreement(study: Study, signed: str) -> Agreement | None:
    """What was agreed to. None when the form is forged, too old, another study's, or no longer says what is to be agreed to."""
    return _terms(study).read(signed)


def _terms(study: Study) -> Terms:
    provider = provider_of(study.chatbot)
    return Terms("collection.participant.agreement", study.slug, study.consent_version, study.consent, provider)
