"""Studies and what was said in them."""

import secrets
from collections.abc import Callable
from typing import Any, ClassVar, get_args

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from collection.questionnaires import check_answers, check_questionnaire
from dialogue.backends.base import StopReason
from dialogue.outputs import Verdict
from dialogue.seeds import Side
from dialogue.speakers import Ending


def new_token() -> str:
    """A public identifier that tells nothing and cannot be guessed (128 bits)."""
    return secrets.token_urlsafe(16)


def _choices(literal: Any) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ")) for value in get_args(literal)]


ENDINGS = _choices(Ending)
FROZEN = "The study is frozen, because somebody has enrolled or a run exists: copy it to change it."


def _check_field(name: str, check: Callable[..., None], *values: Any) -> None:
    """Puts what ``check`` complains about beside the field in a form."""
    try:
        check(*values)
    except ValidationError as error:
        raise ValidationError({name: error.error_list}) from error


def _check_not_frozen(part: "Goal | Persona") -> None:
    """Looks at the study that the part is to belong to, and at the one that it is stored in."""
    stored_in = type(part)._default_manager.filter(pk=part.pk).values("study")
    if Study.objects.filter(Q(pk=part.study_id) | Q(pk__in=stored_in), frozen_at__isnull=False).exists():
        raise ValidationError({"study": FROZEN})


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
        _check_field("questionnaire", check_questionnaire, self.questionnaire)


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
        _check_not_frozen(self)


class Persona(models.Model):
    """One person's answers to the questionnaire; ``code`` is the id that exports and seeds carry."""

    class Source(models.TextChoices):
        LISTED = "listed", "listed in the study"
        PARTICIPANT = "participant", "collected from a participant"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="personas")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=20, choices=Source)
    features = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["study", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "code"], name="persona_code_in_study")]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuses answers that the study's form does not offer, and a listed persona in a frozen study.

        Participants bring theirs after the study is frozen.
        """
        if self.source != Persona.Source.PARTICIPANT:
            _check_not_frozen(self)
        if self.study_id is not None:
            _check_field("features", check_answers, self.features, self.study.questionnaire)


class Dialogue(models.Model):
    """Turns toward one goal by one persona, with everything that identifies who said them.

    ``inquirer`` and ``responder`` hold the model's name, file hash, prompt set and sampling; a person inquires as {}.
    An imported dialogue has ended, but may lack an ending: the official format does not record any.
    """

    class Kind(models.TextChoices):
        NATURAL = "natural", "natural"
        SIMULATED = "simulated", "simulated"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="dialogues")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="dialogues")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="dialogues")
    persona_sentence = models.TextField(help_text="As the inquirer was told it; a run may limit the features.")
    kind = models.CharField(max_length=10, choices=Kind)
    inquirer = models.JSONField(default=dict, blank=True)
    responder = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    ending = models.CharField(max_length=30, choices=ENDINGS, blank=True)
    imported_from = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="dialogue_ending_is_known", condition=Q(ending="") | Q(ending__in=[value for value, _ in ENDINGS])
            ),
            models.CheckConstraint(
                name="dialogue_with_an_ending_has_ended", condition=Q(ending="") | Q(ended_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.persona}, {self.goal}"


class Turn(models.Model):
    """The inquirer's utterance and the responder's answer; tokens are counted by the responder's tokenizer."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField(help_text="Counted from 0.")
    utterance = models.TextField()
    response = models.TextField(blank=True)
    utterance_tokens = models.PositiveIntegerField(null=True, blank=True)
    response_tokens = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["dialogue", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dialogue", "position"], name="turn_position_in_dialogue")
        ]

    def __str__(self) -> str:
        return f"Turn {self.position + 1}"


class Output(models.Model):
    """One thing a model put out, raw: the accepted ones of a turn, the rejected ones, and those of a final step.

    ``text`` is what the checks left of it for the other side; ``attempt`` counts regenerations.
    """

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="outputs")
    position = models.PositiveSmallIntegerField(help_text="Of the turn, counted from 0.")
    side = models.CharField(max_length=10, choices=_choices(Side))
    attempt = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=12, choices=_choices(Verdict))
    raw = models.TextField(blank=True)
    text = models.TextField(blank=True)
    prompts_found = models.PositiveSmallIntegerField(default=0)
    is_self_reply = models.BooleanField(default=False, help_text="Cut at the mark of a new message.")
    left_out = models.PositiveSmallIntegerField(default=0, help_text="Oldest turns that did not fit the context.")
    prompt_tokens = models.PositiveIntegerField(help_text="By the model's own tokenizer.")
    completion_tokens = models.PositiveIntegerField()
    first_token_seconds = models.FloatField()
    seconds = models.FloatField()
    stop_reason = models.CharField(max_length=10, choices=_choices(StopReason))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["dialogue", "position", "side", "attempt"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dialogue", "position", "side", "attempt"], name="output_attempt_in_turn")
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.position + 1}.{self.attempt}: {self.verdict}"
