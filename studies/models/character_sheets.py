"""Characters of RoleLLM as a study uses them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from rolellm.elicitation import Character
from rolellm.languages import Language
from rolellm.pairs import Pair
from studies.models.fields import choices_of
from studies.models.studies import Study


class CharacterSheet(models.Model):
    """A copy of a character, which later edits of the character do not change. It is frozen with its study.

    ``description`` includes the catchphrases, as RoleBench publishes it. ``pairs`` are objects with ``question`` and
    ``answer``, in the order of the script: demonstrations are chosen from them. ``digest`` is of everything that affects
    dialogues.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="character_sheets")
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=2, choices=choices_of(Language), default="en")
    description = models.TextField()
    catchphrases = models.JSONField(default=list, blank=True)
    pairs = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64)
    is_audited = models.BooleanField(
        default=False, help_text="Whether people have checked that the describing model knows the character."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["study_id", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "name"], name="character_name_in_study")]

    def __str__(self) -> str:
        return self.name

    @property
    def character(self) -> Character:
        return Character(self.name, self.description, "zh" if self.language == "zh" else "en")

    @property
    def demonstrations(self) -> list[Pair]:
        """Return the pairs; each is numbered by its position in ``pairs``."""
        return [Pair(number, each["question"], each["answer"]) for number, each in enumerate(self.pairs)]


def write_pairs(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """Return pairs as a sheet stores them."""
    return [{"question": pair.question, "answer": pair.answer} for pair in pairs]
