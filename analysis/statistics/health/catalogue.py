"""All symptoms, in the order of the page."""

from collections.abc import Sequence

from analysis.statistics.health import courtesies, leaks, outputs, repetition, roles
from analysis.statistics.health.symptom import Symptom
from analysis.statistics.spoken import ENGLISH

SYMPTOMS: tuple[Symptom, ...] = (
    *outputs.SYMPTOMS,
    *roles.SYMPTOMS,
    *leaks.SYMPTOMS,
    *repetition.SYMPTOMS,
    *courtesies.SYMPTOMS,
)


def symptoms_for(language: str) -> list[Symptom]:
    """Return the symptoms that are defined for the language, an ISO 639 code: some recognise English words only."""
    return [one for one in SYMPTOMS if language == ENGLISH or not one.is_english]


def missing_from(symptoms: Sequence[Symptom]) -> list[Symptom]:
    """Return the symptoms that are not among these of a language other than English."""
    present = {symptom.name for symptom in symptoms}
    return [symptom for symptom in SYMPTOMS if symptom.name not in present]
