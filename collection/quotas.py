"""Quotas (the maximum number of participants with an answer) and their validation."""

from typing import Any

from django.core.exceptions import ValidationError

from studies.questionnaires import check_answer, read_features
from studies.questions.question import CHOICES, Kind


def check_quotas(quotas: Any, questionnaire: Any) -> None:
    """Raise ValidationError unless the quotas are numbers of seats for options of the questionnaire."""
    if not isinstance(quotas, dict) or not all(isinstance(seats, dict) for seats in quotas.values()):
        raise ValidationError('Quotas must be numbers of seats for options, for example {"gender": {"Female": 10}}.')
    kinds = {question.key: question.kind for question in read_features(questionnaire)}
    for feature, seats in quotas.items():
        if feature in kinds and kinds[feature] not in CHOICES:
            raise ValidationError(f"The question {feature!r} has no options, so it cannot have quotas. Remove them.")
        for option, count in seats.items():
            check_answer(feature, [option] if kinds.get(feature) == Kind.MULTIPLE else option, questionnaire)
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise ValidationError(f"The quota for {option!r} of {feature!r} must be 0 or a positive whole number.")
