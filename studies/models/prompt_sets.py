"""Prompt sets of this site. Their versions never change, because runs and dialogues name them."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from dialogue import prompts
from dialogue.seeds import SpeakerName
from studies.models.fields import choices_of


class PromptVersion(models.Model):
    """One version of a prompt set. ``text`` is its TOML, as written or imported."""

    name = models.SlugField(max_length=50)
    version = models.PositiveSmallIntegerField()
    speaker = models.CharField(max_length=10, choices=choices_of(SpeakerName))
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "prompt_version"
        ordering: ClassVar = ["name", "version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "version"], name="version_of_prompt_set")]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def prompts(self) -> prompts.AnyPrompts:
        return prompts.parse(self.text)
