"""The deletion of a character with everything that only belongs to it."""

from dataclasses import dataclass

from django.db import transaction

from characters.models import Character, Triplet
from characters.refusals import CharacterRefused
from jobs.models import Job
from studies.audit import Verb, record


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much is deleted with a character. Answers to benchmarks and the copies in studies stay."""

    rows: int
    descriptions: int
    triplets: int


def count_belongings(character: Character) -> Belongings:
    """Return how much would be deleted with the character."""
    triplets = Triplet.objects.filter(call__job__character=character)
    return Belongings(character.turns.count(), character.descriptions.count(), triplets.count())


@transaction.atomic
def delete_character(character: Character) -> None:
    """Delete the character, its profile, descriptions and triplets. Raises CharacterRefused while a model is working on it."""
    locked = Character.objects.select_for_update().get(pk=character.pk)
    for jobs in (locked.descriptions, locked.instructions):
        if jobs.filter(state=Job.State.RUNNING).exists():
            raise CharacterRefused(
                f"A model is working on {locked.name}. Cancel or pause its work first, or wait until it is finished."
            )
    record(None, Verb.DELETED, f"the character {locked.name}", about=locked.name)
    locked.delete()
