"""The form of a trial: a character, models and a question."""

from typing import Any

from django import forms

from characters.models import Character
from characters.refusals import CharacterRefused
from characters.tries.trials import Trial, begin_trial
from dialogue.backends.base import BackendError
from studies.editor.fields import LongText, offer
from studies.language_models.catalogue import missing_piece, name_with_label, read_catalogue
from studies.storable_text import storable

LONGEST_QUESTION = 2_000
MOST_MODELS = 4


class TrialForm(forms.Form):
    """Who is asked what by which models."""

    character = forms.ModelChoiceField(
        Character.objects.all(),
        to_field_name="token",
        empty_label=None,
        error_messages={"required": "Choose a character."},
    )
    question = LongText(rows=3, max_length=LONGEST_QUESTION, error_messages={"required": "Write a question."})
    models = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose one model or more."}
    )
    seed = forms.IntegerField(initial=73, min_value=0, max_value=2**31 - 1)

    def __init__(self, data: Any = None, character: str = "") -> None:
        super().__init__(data, initial={"character": character} if character else None, label_suffix="")
        offered = [
            spec for spec in read_catalogue().models.values() if not spec.guard and spec.backend != "transformers"
        ]
        offer(self, "models", [(spec.name, name_with_label(spec)) for spec in offered])
        self.fields["models"].initial = [spec.name for spec in offered if not missing_piece(spec)][:1]

    def clean_models(self) -> list[str]:
        models: list[str] = self.cleaned_data["models"]
        if len(models) > MOST_MODELS:
            raise forms.ValidationError(f"Choose at most {MOST_MODELS} models.")
        return models

    def begin(self) -> Trial | None:
        """Return the trial, or None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        values = self.cleaned_data
        try:
            return begin_trial(
                values["character"], tuple(values["models"]), storable(values["question"].strip()), values["seed"]
            )
        except (CharacterRefused, BackendError) as error:
            self.add_error(None, str(error))
            return None
