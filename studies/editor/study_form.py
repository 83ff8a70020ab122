"""The form for a study's title, chatbot, texts and rules."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.text import slugify

from dialogue.personas import load_template
from studies.editor.fields import LongText, preview_beside
from studies.language_models.catalogue import Catalogue
from studies.models import Study
from studies.presentation import describe_model
from studies.questions.sentences import LONGEST_TEMPLATE
from studies.texts import default_consent, default_instruction, default_welcome, follow_language

DEFAULTS = {"welcome": default_welcome, "consent": default_consent, "instruction": default_instruction}
TEXTS = tuple(DEFAULTS)
"""Texts for participants, in Markdown."""


class StudyForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """A study without its goals, questionnaire and conditions, which have their own rows."""

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
    description = LongText(required=False, rows=3, help_text="For researchers only. Markdown.")
    chatbot = forms.ChoiceField(
        widget=forms.RadioSelect,
        help_text="The model that participants chat with, from models.toml.",
        error_messages={"required": "Choose a chatbot."},
    )
    welcome = LongText(help_text="What the study is about. Markdown.")
    consent = LongText(
        help_text="What participants agree to. Markdown. If the chatbot uses an API, its provider is named below this text."
    )
    instruction = LongText(rows=4, help_text="Shown above every goal. Markdown.")

    persona_template = LongText(
        label="Persona sentence",
        required=False,
        rows=5,
        max_length=LONGEST_TEMPLATE,
        help_text="How answers become the sentence about a person, after “You are”. Write [key] for an answer, and put it in "
        "braces with the words that drop out if the answer is missing. Empty: the paper’s sentence.",
    )

    class Meta:
        model = Study
        fields: ClassVar = [
            "title",
            "slug",
            "description",
            "language",
            "chatbot",
            "chatbot_character",
            "welcome",
            "consent",
            "consent_version",
            "instruction",
            "persona_template",
            "goal_order",
            "assignment",
            "min_turns",
            "max_turns",
            "keeps_unread_replies",
            "guards_natural",
        ]
        help_texts: ClassVar = {
            "language": "Of all pages for participants and evaluators. When you save, default texts that you have not "
            "changed follow it. In a language other than English, German and Simplified Chinese, buttons and messages "
            "are in English."
        }
        labels: ClassVar = {
            "assignment": "Assignment",
            "goal_order": "Order of goals",
            "keeps_unread_replies": "Complete replies after the page is closed",
            "guards_natural": "Check participants' dialogues for unsafe content",
            "consent_version": "Consent version",
        }

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chatbots = _chatbots(catalogue, self.instance.chatbot)
        self.fields["chatbot"].choices = chatbots  # type: ignore[attr-defined]
        self.initial["chatbot"] = self.instance.chatbot or next((name for name, _ in chatbots), "")
        self.initial["persona_template"] = self.instance.persona_template or load_template()
        self._offer_characters()
        self.fields["min_turns"].widget.attrs["max"] = self.fields["max_turns"].widget.attrs["max"] = 1000
        for name in TEXTS:
            self.fields[name].widget.attrs |= preview_beside(name, reverse("text-preview", args=[name]))

    def _offer_characters(self) -> None:
        """Offer the study's characters to the chatbot, or no choice if there are none."""
        names = list(self.instance.character_sheets.values_list("name", flat=True)) if self.instance.pk else []
        if not names:
            del self.fields["chatbot_character"]
            return
        self.fields["chatbot_character"].widget = forms.Select(
            choices=[("", "none"), *((name, name) for name in names)]
        )

    def clean_persona_template(self) -> str:
        """Return the template, or an empty text for the paper's, whose clauses may name questions that a study does not ask."""
        text: str = self.cleaned_data["persona_template"].strip()
        return "" if text == load_template() else text

    def clean(self) -> dict[str, Any]:
        """Let default texts follow the language."""
        super().clean()
        language = self.cleaned_data.get("language", self.instance.language)
        for name, default in DEFAULTS.items():
            if name in self.cleaned_data:
                self.cleaned_data[name] = follow_language(self.cleaned_data[name], default, language)
        return self.cleaned_data

    def clean_slug(self) -> str:
        """Return the short name, or one derived from the title, which is cleaned first."""
        slug: str = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("title", ""))[:50].strip("-")
        if not slug and self.cleaned_data.get("title"):
            raise forms.ValidationError(
                "No short name can be derived from this title. Enter one with letters, digits and hyphens."
            )
        return slug


def _chatbots(catalogue: Catalogue, current: str) -> list[tuple[str, Any]]:
    """Return the models that can respond, and the study's own even if models.toml no longer has it."""
    known: list[tuple[str, Any]] = [(spec.name, describe_model(spec)) for spec in catalogue.playing("responder")]
    if current and current not in dict(known):
        known.append((current, f"{current} ({_why_not_offered(catalogue, current)})"))
    return known


def _why_not_offered(catalogue: Catalogue, name: str) -> str:
    is_wrong = bool(catalogue.in_force.why_wrong(name))
    return "its entry in models.toml is invalid" if is_wrong else "models.toml has no such responder"
