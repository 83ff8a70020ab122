"""Studies and their goals."""

from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from collection.models.fields import check_field
from collection.questionnaires import check_questionnaire

if TYPE_CHECKING:
    from collection.models.personas import Persona

FROZEN = "The study is frozen, because somebody has enrolled or a run exists: copy it to change it."


class Study(models.Model):
    """One experiment. Once somebody has enrolled or a run exists it is frozen: copy it to change it."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    chatbot = models.CharField(
        max_length=100, help_text="The model that participants chat with, as models.toml names it."
    )
    questionnaire = models.JSONField(help_text="The persona form: features with key, label and options, in order.")
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "studies"
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    def clean(self) -> None:
        """Refuses a questionnaire that the persona sentence cannot use, and any change once the study is frozen."""
        if Study.objects.filter(pk=self.pk, frozen_at__isnull=False).exists():
            raise ValidationError(FROZEN)
        check_field("questionnaire", check_questionnaire, self.questionnaire)


class Goal(models.Model):
    """What an inquirer wants to reach."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="goals")
    number = models.PositiveSmallIntegerField()
    domain = models.CharField(max_length=50)
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "number"], name="goal_number_in_study")]

    def __str__(self) -> str:
        return f"Goal {self.number} ({self.domain})"

    def clean(self) -> None:
        """Refuses to join or to leave a frozen study."""
        check_not_frozen(self)


def check_not_frozen(part: "Goal | Persona") -> None:
    """Looks at the study that the part is to belong to, and at the one that it is stored in."""
    stored_in = type(part)._default_manager.filter(pk=part.pk).values("study")
    if Study.objects.filter(Q(pk=part.study_id) | Q(pk__in=stored_in), frozen_at__isnull=False).exists():
        raise ValidationError({"study": FROZEN})
