"""The persona form."""

from typing import Any

from django import forms

from dialogue.personas import WITHHELD, Feature
from studies.models import Study
from studies.questionnaires import read_features

NOTHING = ("", "Please choose …")


class PersonaForm(forms.Form):
    """One select for each feature of the study's questionnaire, in its order; every question can be left open by saying so."""

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        for feature in read_features(study.questionnaire):
            self.fields[feature.key] = _field(feature)


def _field(feature: Feature) -> forms.ChoiceField:
    options = [*feature.options, *([] if WITHHELD in feature.options else [WITHHELD])]
    return forms.ChoiceField(
        label=feature.label,
        choices=[NOTHING, *((option, option) for option in options)],
        error_messages={
            "required": f"Choose an answer for “{feature.label}”.",
            "invalid_choice": f"Choose one of the listed answers for “{feature.label}”.",
        },
    )
