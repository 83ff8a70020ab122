"""Consent of people whose words a branch sends to the provider of a model."""

from collections.abc import Mapping
from typing import Any

from dialogue.seeds import SPEAKERS
from simulation.requests import RequestError
from studies.language_models.catalogue import provider_of
from studies.models import Dialogue

HAS_CONSENT = "has_consent"
"""What a refusal is about: the field of a request that confirms the consent."""


def holds_peoples_words(dialogue: Dialogue) -> bool:
    """Return whether a person wrote the dialogue, or turns that it keeps of others."""
    of_person = Dialogue.Kind.NATURAL
    return dialogue.kind == of_person or dialogue.descents.filter(keeps_turns=True, ancestor__kind=of_person).exists()


def refuse_without_consent(parent: Dialogue, configuration: Mapping[str, Any]) -> None:
    """Raise RequestError if a branch that keeps turns of ``parent`` sends a person's words to the provider of a model."""
    providers = [provider_of(configuration[speaker]["model"]) for speaker in SPEAKERS]
    named = " and ".join(dict.fromkeys(provider for provider in providers if provider))
    if named and holds_peoples_words(parent):
        raise RequestError(
            f"What a participant wrote in the earlier turns would be sent to {named}. Confirm that participants have consented "
            "to this, or choose models that run here.",
            HAS_CONSENT,
        )
