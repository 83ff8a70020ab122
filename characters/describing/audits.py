"""A person's verdicts: about each answer of the audit, and about the character."""

from django.db import transaction

from characters.models import Character, Description
from characters.refusals import CharacterRefused


def judge_answer(job: Description, position: int, *, is_accepted: bool) -> None:
    """Store whether an answer shows that the model knows the role. Raises CharacterRefused if there is no such answer."""
    answers = job.steps.filter(step="audit", position=position).exclude(finished_at=None)
    if not answers.update(is_accepted=is_accepted):
        raise CharacterRefused("There is no such answer. Reload the page.")


@transaction.atomic
def judge_character(character: Character, verdict: str) -> None:
    """Store the verdict about the character; "none" withdraws it. Raises CharacterRefused."""
    if verdict not in Character.Audit.values:
        raise CharacterRefused("There is no such verdict. Nothing was changed.")
    character.audit = verdict
    character.save(update_fields=["audit", "changed_at"])
