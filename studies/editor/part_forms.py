"""The forms for a study's title, chatbot, texts and rules: one for each page of its editor."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.urls import reverse
from django.utils.text import slugify

from dialogue.personas import load_template
from studies.editor.fields import LongText, offer, preview_beside
from studies.language_models.catalogue import Catalogue, read_catalogue
from studies.models import Study
from studies.presentation import describe_model
from studies.questionnaires import read_features
from studies.questions.sentences import LONGEST_TEMPLATE, template_of
from studies.services import free_slug
from studies.texts import DEFAULTS

TEXTS = tuple(DEFAULTS)
"""Texts for participants, in Markdown."""
FACTS = ("researchers", "contact", "duration", "payment", "ethics_approval")
"""What the consent page says below its text."""


class PartForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Some fields of a study."""

    class Meta:
        model = Study
        fields: ClassVar[list[str]] = []

    def _update_errors(self, errors: ValidationError) -> None:
        """Pass over faults of the study's other fields: they are corrected on other pages, and keep the study from opening."""
        shown = {NON_FIELD_ERRORS, *self.fields}
        if hasattr(errors, "error_dict"):
            errors = ValidationError({name: found for name, found in errors.error_dict.items() if name in shown})
        super()._update_errors(errors)  # type: ignore[misc]  # the stubs leave it out


class TitleForm(PartForm):
    """The title, and the short name, which can follow from it."""

    slug = forms.SlugField(
        label="Short name",
        max_length=50,
        required=False,
        help_text="Part of the participants' link. Empty: derived from the title.",
        error_messages={
            "unique": "Another study has this short name. Choose a different one.",
            "invalid": "Use letters without accents, digits, hyphens and underscores only.",
        },
    )

    class Meta(PartForm.Meta):
        fields: ClassVar = ["title", "slug"]

    def clean_slug(self) -> str:
        """Return the short name, or a free one derived from the title, which is cleaned first and may have no Latin letters."""
        stem = slugify(self.cleaned_data.get("title", ""))[:40].strip("-") or "study"
        return self.cleaned_data["slug"] or free_slug(stem, self.instance)


class AboutForm(TitleForm):
    """What the study is."""

    description = LongText(required=False, rows=3, help_text="For researchers only. Markdown.")

    class Meta(TitleForm.Meta):
        fields: ClassVar = ["title", "slug", "language", "description"]
        help_texts: ClassVar = {
            "language": "Of all pages for participants and evaluators. When you save, default texts that you have not "
            "changed follow it. In a language other than English, German and Simplified Chinese, buttons and messages "
            "are in English."
        }


class PersonaForm(PartForm):
    """What answers say about a person."""

    persona_template = LongText(
        label="Persona sentence",
        required=False,
        rows=5,
        max_length=LONGEST_TEMPLATE,
        help_text="Write [key] for the answer to a question, and put it in braces with the words that drop out if the answer "
        "is missing. Empty: the paper’s sentence.",
    )

    class Meta(PartForm.Meta):
        fields: ClassVar = ["persona_template"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["persona_template"] = self.instance.persona_template or _paper_sentence(self.instance)

    def clean_persona_template(self) -> str:
        """Return the template, or an empty text for the paper's, whose clauses may name questions that a study does not ask."""
        text: str = self.cleaned_data["persona_template"].strip()
        return "" if text == load_template() else text


class ChatbotForm(PartForm):
    """Whom participants chat with, and in which order they get goals and conditions."""

    chatbot = forms.ChoiceField(
        widget=forms.RadioSelect,
        help_text="The model that participants chat with, from models.toml.",
        error_messages={"required": "Choose a chatbot."},
    )

    class Meta(PartForm.Meta):
        fields: ClassVar = ["chatbot", "chatbot_character", "goal_order", "assignment"]
        labels: ClassVar = {"assignment": "Assignment", "goal_order": "Order of goals"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chatbots = _chatbots(read_catalogue(), self.instance.chatbot)
        offer(self, "chatbot", chatbots)
        self.initial["chatbot"] = self.instance.chatbot or next((name for name, _ in chatbots), "")
        self._offer_characters()

    def _offer_characters(self) -> None:
        """Offer the study's characters to the chatbot, or no choice if there are none."""
        names = list(self.instance.character_sheets.values_list("name", flat=True))
        if not names:
            del self.fields["chatbot_character"]
            return
        self.fields["chatbot_character"].widget = forms.Select(
            choices=[("", "none"), *((name, name) for name in names)]
        )


class TextsForm(PartForm):
    """What participants read, and the limits of their dialogues."""

    welcome = LongText(help_text="What the study is about. Markdown.")
    consent = LongText(
        help_text="What participants agree to. Markdown. If the chatbot uses an API, its provider is named below this text."
    )
    instruction = LongText(rows=4, help_text="Shown above every goal. Markdown.")

    class Meta(PartForm.Meta):
        fields: ClassVar = [
            *TEXTS,
            "consent_version",
            *FACTS,
            "min_turns",
            "max_turns",
            "keeps_unread_replies",
            "guards_natural",
        ]
        labels: ClassVar = {
            "keeps_unread_replies": "Complete replies after the page is closed",
            "guards_natural": "Check participants' dialogues for unsafe content",
            "consent_version": "Consent version",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["min_turns"].widget.attrs["max"] = self.fields["max_turns"].widget.attrs["max"] = 1000
        for name in TEXTS:
            self.fields[name].widget.attrs |= preview_beside(name, reverse("text-preview", args=[name]))


def _paper_sentence(study: Study) -> str:
    """Return the paper's template, or an empty text if the study asks none of the paper's questions."""
    asked = {question.key for question in read_features(study.questionnaire)}
    return load_template() if asked & set(template_of("").keys) else ""


def _chatbots(catalogue: Catalogue, current: str) -> list[tuple[str, Any]]:
    """Return the models that can respond, and the study's own even if models.toml no longer has it."""
    known: list[tuple[str, Any]] = [(spec.name, describe_model(spec)) for spec in catalogue.playing("responder")]
    if current and current not in dict(known):
        known.append((current, f"{current} ({_why_not_offered(catalogue, current)})"))
    return known


def _why_not_offered(catalogue: Catalogue, name: str) -> str:
    is_wrong = bool(catalogue.in_force.why_wrong(name))
    return "its entry in models.toml is invalid" if is_wrong else "models.toml has no such responder"
