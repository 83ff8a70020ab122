"""A study's questionnaire as rows of a form."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from dialogue.names import repeated_name
from dialogue.personas import FEATURES
from studies.editor.fields import Lines, Ticks, split_lines
from studies.questionnaires import read_features, write_feature

NAMES = {key: key.replace("_", " ") for key in FEATURES}


class FeatureRow(forms.Form):
    """One question of the persona form, with its options and those that screen participants out."""

    key = forms.ChoiceField(label="Feature", choices=[("", "choose …"), *NAMES.items()])
    label = forms.CharField(label="Question", max_length=200)
    options = Lines(label="Options, one per line", rows=7, max_length=8000)
    screened_out = Ticks(label="Options that screen out")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = [(option, option) for option in split_lines(self["options"].value() or "")]
        self.fields["screened_out"].choices = choices  # type: ignore[attr-defined]

    def clean_options(self) -> list[str]:
        options: list[str] = self.cleaned_data["options"]
        if (twice := repeated_name(options)) is not None:
            raise ValidationError(f"The option “{twice}” occurs twice. Remove one, or word it differently.")
        return options

    def clean(self) -> dict[str, Any]:
        """Ignore ticks for removed or renamed options, and refuse a question whose options all screen out."""
        options = self.cleaned_data.get("options", [])
        ticked = [one for one in options if one in self.cleaned_data.get("screened_out", [])]
        if options and ticked == options:
            self.add_error("screened_out", "All options screen participants out. Leave at least one option unticked.")
        self.cleaned_data["screened_out"] = ticked
        return self.cleaned_data


class FeatureRowsBase(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """All questions: at least one, and each feature at most once."""

    def add_fields(self, form: FeatureRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove question"
        form.fields["ORDER"].label = "Position"
        form.fields["ORDER"].widget.attrs["data-next"] = ""

    def clean(self) -> None:
        keys = [entry["key"] for entry in self.table if "key" in entry]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise ValidationError(f"Two questions ask for the feature “{NAMES[twice[0]]}”. Remove one.")
        if not keys and not any(self.errors):
            raise ValidationError("The persona form has no questions. Add at least one.")

    @property
    def table(self) -> list[dict[str, Any]]:
        """Return the questionnaire as a study stores it, in the chosen order."""
        is_readable = self.management_form.is_valid() and not any(self.errors)
        forms = self.ordered_forms if is_readable else self.forms
        rows = (form.cleaned_data for form in forms if getattr(form, "cleaned_data", None))
        names = ("key", "label", "options", "screened_out")
        return [{name: row[name] for name in names if name in row} for row in rows if not row.get("DELETE")]


FeatureRows = cast(
    type[FeatureRowsBase],
    forms.formset_factory(
        FeatureRow,
        formset=FeatureRowsBase,
        extra=0,
        can_delete=True,
        can_order=True,
        max_num=len(FEATURES),
        validate_max=True,
    ),
)


def feature_rows(questionnaire: Any) -> list[dict[str, Any]]:
    """Return the questionnaire's features, in order."""
    return [write_feature(feature) for feature in read_features(questionnaire)]
