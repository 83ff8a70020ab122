"""The fields of a prompt set."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator

from dialogue.prompts import AnyPrompts, PromptSet, ResponderPrompts
from dialogue.reading import STOP_TOKEN
from simulation.prompt_sets.words import READINGS, ROLES, STOPS, SYSTEM_WAYS
from studies.editor.fields import LongText

MOST_MESSAGES = 20
_AS_NEEDED = ("", "as the model’s chat template requires")
_LANGUAGE = RegexValidator(
    r"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", "Enter the language's code, such as en, de or pt-BR."
)


class _SetForm(forms.Form):
    name = forms.CharField(max_length=50, help_text="Small letters, digits and hyphens, such as short-questions.")
    language = forms.CharField(
        max_length=50,
        initial="en",
        validators=[_LANGUAGE],
        help_text="The code of the language, such as en, de or pt-BR.",
    )
    source = LongText(
        required=False, rows=3, max_length=2000, help_text="Where the wording comes from, and what you changed."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)

    @property
    def table(self) -> dict[str, Any]:
        """Return the keys that every prompt set has."""
        return {name: self.cleaned_data[name] for name in ("language", "source")}


class ResponderForm(_SetForm):
    """The instruction for a responder."""

    system = LongText(
        label="System text",
        required=False,
        rows=10,
        help_text="What the chatbot is told. Leave empty for no instruction.",
    )

    @property
    def table(self) -> dict[str, Any]:
        return super().table | {"system": self.cleaned_data["system"]}

    @classmethod
    def initial_of(cls, prompts: AnyPrompts) -> dict[str, Any]:
        assert isinstance(prompts, ResponderPrompts)  # noqa: S101  the editor chooses the form by the speaker
        return {"language": prompts.language, "source": prompts.source, "system": prompts.system}


class InquirerForm(_SetForm):
    """The instructions for an inquirer, without its opening messages, which have their own rows."""

    forward = LongText(
        label="Later messages",
        help_text="How the model receives each response. <RESPONSE> stands for it, <CONV_STOP> for the stop token.",
    )
    way = forms.ChoiceField(label="The utterance is", choices=list(READINGS.items()), widget=forms.RadioSelect)
    begin = forms.CharField(
        label="Mark before", required=False, max_length=100, strip=False, help_text="Such as <say>."
    )
    end = forms.CharField(label="Mark after", required=False, max_length=100, strip=False, help_text="Such as </say>.")
    rule = forms.ChoiceField(label="The dialogue ends if", choices=list(STOPS.items()), widget=forms.RadioSelect)
    token = forms.CharField(label="Stop token", max_length=100, initial=STOP_TOKEN)
    sends_rest = forms.BooleanField(
        label="Send the text beside the stop token",
        required=False,
        help_text="As the last utterance, for one more response. The paper’s sets never send it.",
    )
    speaks_as = forms.ChoiceField(label="The model speaks as", choices=list(ROLES.items()), widget=forms.RadioSelect)
    system = forms.ChoiceField(label="System text is given", required=False, choices=[_AS_NEEDED, *SYSTEM_WAYS.items()])

    @property
    def table(self) -> dict[str, Any]:
        values = self.cleaned_data
        return super().table | {
            "forward": values["forward"],
            "reading": {key: values[key] for key in ("way", "begin", "end")},
            "stop": {key: values[key] for key in ("rule", "token", "sends_rest")},
            "speaks_as": values["speaks_as"],
            "system": values["system"] or None,
        }

    @classmethod
    def initial_of(cls, prompts: AnyPrompts) -> dict[str, Any]:
        """Return the values of the fields for this prompt set."""
        assert isinstance(prompts, PromptSet)  # noqa: S101  the editor chooses the form by the speaker
        flat = prompts.reading.model_dump() | prompts.stop.model_dump()
        names = ("language", "source", "forward", "speaks_as", "system")
        return flat | {name: getattr(prompts, name) for name in names}


class OpeningRow(forms.Form):
    """One message of the opening."""

    role = forms.ChoiceField(choices=[("system", "system"), ("user", "user"), ("assistant", "assistant")])
    content = LongText(
        label="Text",
        rows=6,
        help_text="<PERSONA> stands for the persona sentence, <GOAL> for the goal, <CONV_STOP> for the stop token.",
    )


class OpeningRowsBase(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The messages of the opening, in order."""

    def add_fields(self, form: OpeningRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove message"

    def clean(self) -> None:
        if not self.table and not any(self.errors):
            raise forms.ValidationError("The opening has no message. Add at least one.")

    @property
    def table(self) -> list[dict[str, str]]:
        """Return the messages that are not removed."""
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        return [{"role": row["role"], "content": row["content"]} for row in rows if _is_kept(row)]


def _is_kept(row: dict[str, Any]) -> bool:
    return not row.get("DELETE") and "role" in row and "content" in row


OpeningRows = cast(
    type[OpeningRowsBase],
    forms.formset_factory(
        OpeningRow,
        formset=OpeningRowsBase,
        extra=0,
        can_delete=True,
        max_num=MOST_MESSAGES,
        validate_max=True,
        absolute_max=2 * MOST_MESSAGES,
    ),
)
