"""The first step of a new study: its title, its language, and what it starts from."""

from typing import Any

from django import forms
from django.db import transaction

from dialogue import goals
from studies.audit import Verb, record
from studies.editor.mistakes import Mistake, list_mistakes
from studies.editor.part_forms import TitleForm
from studies.language_models.catalogue import read_catalogue
from studies.languages import language_choices
from studies.models import Goal, Study
from studies.services import copy_study, let_texts_follow, paper_questionnaire

PAPER, COPY, EMPTY = "paper", "copy", "empty"
STARTS = (
    (PAPER, "the paper’s study: its ten goals and five questions, in English"),
    (COPY, "a copy of another study: everything but its participants, dialogues and results"),
    (EMPTY, "an empty study, for goals and questions of your own"),
)


class NewStudyForm(TitleForm):
    """A study that does not exist yet."""

    language = forms.ChoiceField(
        required=False, help_text="Of all pages for participants and evaluators. You can change it later."
    )
    start = forms.ChoiceField(
        label="Start from",
        widget=forms.RadioSelect,
        choices=STARTS,
        initial=PAPER,
        error_messages={"required": "Choose one."},
    )
    original = forms.ModelChoiceField(
        label="Study to copy", queryset=Study.objects.listed(), required=False, to_field_name="slug", empty_label="none"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", "English, or the language of the copied study"),
            *language_choices(),
        ]

    def clean(self) -> dict[str, Any]:
        """Require the study to copy if there is to be a copy."""
        super().clean()
        if self.cleaned_data.get("start") == COPY and not self.cleaned_data.get("original"):
            self.add_error("original", "Choose the study to copy, or start from another.")
        return self.cleaned_data


class NewStudy:
    """The page that creates a study; ``data`` is the submitted data, or None."""

    def __init__(self, data: Any = None) -> None:
        self.is_bound = data is not None
        self.form = NewStudyForm(data, instance=Study())

    def is_valid(self) -> bool:
        return self.is_bound and self.form.is_valid()

    @property
    def mistakes(self) -> list[Mistake]:
        return list(list_mistakes(self.form))

    @transaction.atomic
    def create(self) -> Study:
        """Store the study of a valid form, and return it."""
        typed = self.form.cleaned_data
        study = _begin(typed["start"], typed["original"])
        study.title, study.slug = typed["title"], typed["slug"]
        study.language = typed["language"] or study.language
        study.save()
        if typed["start"] == PAPER:
            _add_paper_goals(study)
        let_texts_follow(study)
        if typed["start"] != COPY:
            record(study, Verb.CREATED, "the study")
        return study


def _begin(start: str, original: Study | None) -> Study:
    """Return the study that the new one starts from: a stored copy, or an unsaved study without goals."""
    if start == COPY and original:
        return copy_study(original)
    chatbot = next((spec.name for spec in read_catalogue().playing("responder")), "")
    return Study(chatbot=chatbot, questionnaire=paper_questionnaire() if start == PAPER else [])


def _add_paper_goals(study: Study) -> None:
    Goal.objects.bulk_create(
        Goal(study=study, number=goal.number, domain=goal.domain, text=goal.text) for goal in goals.load_listed()
    )
