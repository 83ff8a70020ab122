"""Settings of the chat study, which are copied and adapted with the study."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from collection.models import Outcome, Recruitment
from collection.quotas import check_quotas
from studies.models import Study
from studies.services import copy_row, load_paper_study

DEMO_CODES = {
    Outcome.Kind.COMPLETED: "DEMO-COMPLETED",
    Outcome.Kind.SCREENED_OUT: "DEMO-SCREENED-OUT",
    Outcome.Kind.FULL: "DEMO-FULL",
    Outcome.Kind.WITHDRAWN: "",
}
DEMO_CHATBOT, DEMO_SUBSTITUTE = "smollm2", "tiny"
"""The model with which people chat in the demo, and the one that comes with the software, for use if the first is missing."""
CLOSED = "The study was closed because its new chatbot has not been tested. Open the study again to test it."

DROPPED = "Quotas for answers that the study no longer offers have been removed."


@transaction.atomic
def load_demo_study(chatbot: str) -> Study:
    """Load the paper's study with completion codes, closed. Existing parts are not changed."""
    study = load_paper_study(chatbot)
    Recruitment.objects.get_or_create(study=study)
    for kind, code in DEMO_CODES.items():
        Outcome.objects.get_or_create(study=study, kind=kind, defaults={"code": code})
    return study


def copy_recruitment(study: Study, copy: Study, **_signal: Any) -> None:
    """Copy recruitment and outcomes. The copy is closed and has no opening or closing time."""
    for recruitment in Recruitment.objects.filter(study=study):
        copy_row(recruitment, study=copy, is_open=False, opens_at=None, closes_at=None, chatbot_answered_at=None)
    for outcome in study.outcomes.all():
        copy_row(outcome, study=copy)


def adapt_recruitment(study: Study, fields: Sequence[str], **_signal: Any) -> list[str]:
    """Close a study whose chatbot was changed while it was open, because the new one is untested, and drop quotas for options
    that the questionnaire no longer has: they would never fill. Return the sentences that say so."""
    dropped = [_drop_unknown_quotas(recruitment, study) for recruitment in Recruitment.objects.filter(study=study)]
    is_untested = {"chatbot", "conditions"} & set(fields) and Recruitment.objects.filter(
        study=study, is_open=True
    ).update(is_open=False)
    return [*([DROPPED] if any(dropped) else []), *([CLOSED] if is_untested else [])]


def _drop_unknown_quotas(recruitment: Recruitment, study: Study) -> bool:
    """Return whether there were such quotas."""
    kept = {
        feature: {option: count for option, count in seats.items() if _fits({feature: {option: count}}, study)}
        for feature, seats in recruitment.quotas.items()
    }
    before, recruitment.quotas = recruitment.quotas, {feature: seats for feature, seats in kept.items() if seats}
    recruitment.save(update_fields=["quotas"])
    return bool(before != recruitment.quotas)


def _fits(quota: dict[str, dict[str, int]], study: Study) -> bool:
    try:
        check_quotas(quota, study.questionnaire)
    except ValidationError:
        return False
    return True
