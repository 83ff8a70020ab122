"""Studies and their goals."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from dialogue.names import plain_name
from studies.languages import ENGLISH, language_choices
from studies.models.fields import errors_of
from studies.questionnaires import check_questionnaire, read_questions
from studies.questions.sentences import check_template
from studies.texts import default_consent, default_instruction, default_welcome

if TYPE_CHECKING:
    from studies.models.personas import Persona

FROZEN = "The study is frozen because it has participants or a run. Copy it to change it."


class Archived(ValueError):
    """The study is archived, so nothing may begin in it; the message says what to do."""


class Studies(models.QuerySet["Study"]):
    """A selection of studies."""

    def listed(self) -> "Studies":
        """Select what researchers set up: all studies without the test copies."""
        return self.filter(test_of=None)


class Study(models.Model):
    """One experiment. It is frozen once it has participants or a run; copy it to change it.

    Participants read ``welcome``, agree to ``consent``, and see ``instruction`` above every goal; all three are Markdown. The
    consent page also names ``researchers`` and the other facts up to ``ethics_approval``, without those that are empty.

    A test copy is a study of its own, so that its participants count nowhere: researchers try ``test_of`` there.
    """

    class GoalOrder(models.TextChoices):
        GIVEN = "given", "as numbered"
        SHUFFLED = "shuffled", "shuffled for each participant"

    class Assignment(models.TextChoices):
        BETWEEN = "between", "between participants: each gets one condition"
        WITHIN = "within", "within participants: each gets all conditions, spread over the goals"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    language = models.CharField(
        max_length=20,
        choices=language_choices,
        default=ENGLISH,
        help_text="Of all pages for participants and evaluators, their dates and numbers.",
    )
    chatbot = models.CharField(
        max_length=100, help_text="The model that participants chat with: its name in models.toml."
    )
    chatbot_character = models.CharField(
        "chatbot's character",
        max_length=100,
        blank=True,
        help_text="A character of this study that the chatbot plays. Participants learn of it only what the texts say.",
    )
    questionnaire = models.JSONField(help_text="The questions with their keys, labels and options, in order.")
    persona_template = models.TextField(
        blank=True, help_text="How answers become the persona sentence. Empty: the paper's sentence."
    )
    welcome = models.TextField(default=default_welcome, help_text="What the study is about. Markdown.")
    consent = models.TextField(default=default_consent, help_text="What participants agree to. Markdown.")
    consent_version = models.CharField(max_length=40, default="1")
    researchers = models.CharField(max_length=300, blank=True, help_text="Their names and institution.")
    contact = models.CharField(
        max_length=300,
        blank=True,
        help_text="Where participants get help: an email address or a telephone number. Shown on all their pages.",
    )
    duration = models.CharField(max_length=200, blank=True, help_text="For example: about 40 minutes.")
    payment = models.CharField(max_length=300, blank=True, help_text="How much, and when.")
    ethics_approval = models.CharField(max_length=300, blank=True, help_text="The committee and its reference number.")
    instruction = models.TextField(default=default_instruction, help_text="Shown above every goal. Markdown.")
    goal_order = models.CharField(max_length=10, choices=GoalOrder, default=GoalOrder.GIVEN)
    assignment = models.CharField(
        "assignment of conditions", max_length=10, choices=Assignment, default=Assignment.BETWEEN
    )
    min_turns = models.PositiveSmallIntegerField(
        "minimum turns", default=1, help_text="Answered messages required before the next goal."
    )
    max_turns = models.PositiveSmallIntegerField(
        "maximum turns",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Maximum number of messages per goal. Empty: no limit.",
    )
    keeps_unread_replies = models.BooleanField(
        default=False, help_text="Complete a reply even if its page has been closed for a minute."
    )
    guards_natural = models.BooleanField(
        default=False,
        help_text="A guard may then read what participants wrote. If it uses an API, its provider receives the messages. "
        "Mention both in the consent.",
    )
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Lists leave it out, nobody can enrol, and nothing runs."
    )
    is_public = models.BooleanField(
        default=False, editable=False, help_text="Visitors see its results. Only for studies without people's data."
    )
    test_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, editable=False, related_name="test_copies"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Studies.as_manager()

    class Meta:
        db_table = "collection_study"
        verbose_name_plural = "studies"
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def clean(self) -> None:
        """Refuse questions that cannot be asked, a persona sentence that they cannot fill, and any change to a frozen study."""
        if Study.objects.filter(pk=self.pk, frozen_at__isnull=False).exists():
            raise ValidationError(FROZEN)
        if faults := {field: errors for field, errors in self._checked() if errors}:
            raise ValidationError(faults)

    def _checked(self) -> Iterator[tuple[str, list[ValidationError]]]:
        """Yield the faults of each field, because one page of the study's form must not hide those of another."""
        questions = read_questions(self.questionnaire)
        yield "questionnaire", errors_of(check_questionnaire, self.questionnaire)
        yield "persona_template", errors_of(check_template, self.persona_template, questions)
        yield "chatbot_character", errors_of(self._check_character)
        yield "max_turns", errors_of(self._check_turns)

    def _check_character(self) -> None:
        name = self.chatbot_character
        if name and not (self.pk and self.character_sheets.filter(name=name).exists()):
            raise ValidationError(f"The study has no character {name!r}. Add it to the study first.")

    def _check_turns(self) -> None:
        if self.max_turns is not None and self.max_turns < self.min_turns:
            raise ValidationError(
                "The maximum number of turns is lower than the minimum. Raise it, or lower the minimum."
            )


class Goal(models.Model):
    """A goal that an inquirer wants to reach."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="goals")
    number = models.PositiveSmallIntegerField()
    domain = models.CharField(max_length=50)
    text = models.TextField()

    class Meta:
        db_table = "collection_goal"
        ordering: ClassVar = ["study_id", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "number"], name="goal_number_in_study")]

    def __str__(self) -> str:
        return f"Goal {self.number} ({self.domain})"

    def clean(self) -> None:
        """Refuse a change in a frozen study, and a text that looks like another goal's, because imports find goals by text.
        Domains that look the same are the same."""
        check_not_frozen(self)
        self.domain = plain_name(self.domain)
        others = Goal.objects.filter(study=self.study_id).exclude(pk=self.pk).values_list("text", flat=True)
        if plain_name(self.text) in {plain_name(text) for text in others}:
            raise ValidationError({"text": "Another goal of this study has the same text. Word this one differently."})


def refuse_archived(study_id: int | None) -> None:
    """Raise Archived if this study is archived; None is no study. Call it wherever something begins in a study, or is added,
    and ``hold_in_use`` in the transaction in which it begins."""
    study = Study.objects.filter(pk=study_id).exclude(archived_at=None).first() if study_id else None
    if study is not None:
        raise Archived(f"The study “{study.title}” is archived, so nothing can start in it. Restore the study first.")


def hold_in_use(study_id: int | None) -> None:
    """Lock the study until the transaction ends, so that it is archived before what begins here, or finds that it goes on.

    Lock it after dialogues and before evaluations. Raises Archived.
    """
    if study_id is not None:
        list(Study.objects.select_for_update(no_key=True).filter(pk=study_id).values_list("pk"))
        refuse_archived(study_id)


def check_not_frozen(part: "Goal | Persona") -> None:
    """Raise ValidationError if the study of the part, new or stored, is frozen."""
    stored_in = type(part)._default_manager.filter(pk=part.pk).values("study")
    if Study.objects.filter(Q(pk=part.study_id) | Q(pk__in=stored_in), frozen_at__isnull=False).exists():
        raise ValidationError({"study": FROZEN})
