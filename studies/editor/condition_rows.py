"""A study's conditions as rows of a form. What is left empty stays as in the rest of the study."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms

from dialogue.model_config import SamplingTable
from dialogue.names import plain_name
from studies.conditions import Fault
from studies.editor.fields import LongText, offer
from studies.language_models.catalogue import Catalogue
from studies.models import Condition, Study
from studies.prompt_sets.library import list_choices

AS_IN_STUDY = ("", "as in the study")
NO_CHARACTER, ONE_CHARACTER = "no character", "character: "
"""Values of the choice of a character; the second is followed by the character's name."""
SAMPLING = tuple(SamplingTable.model_fields)
FOLDED = ("instruction", "goals", "goal_order", "prompts", "weight", *SAMPLING)
MOST_CONDITIONS = 20


@dataclass(frozen=True, slots=True)
class Offers:
    """What a condition can choose."""

    chatbots: Sequence[tuple[str, str]]
    prompts: Sequence[tuple[str, str]]
    characters: Sequence[str]


def read_offers(study: Study, catalogue: Catalogue) -> Offers:
    """Return what the study's conditions can choose."""
    names = [spec.name for spec in catalogue.playing("responder")]
    characters = study.character_sheets.values_list("name", flat=True)
    return Offers([(name, name) for name in names], list_choices("responder"), list(characters))


class ConditionRow(forms.Form):
    """One condition."""

    name = forms.CharField(max_length=40, help_text="In your data only. Participants do not see it.")
    weight = forms.IntegerField(
        min_value=0, max_value=100, initial=1, help_text="2: twice as many completed dialogues as a condition with 1."
    )
    chatbot = forms.ChoiceField(required=False)
    prompts = forms.ChoiceField(label="Prompt set of the chatbot", required=False)
    character = forms.ChoiceField(label="Character of the chatbot", required=False)
    temperature = forms.FloatField(required=False)
    top_p = forms.FloatField(label="Top-p", required=False)
    top_k = forms.IntegerField(label="Top-k", required=False)
    repeat_penalty = forms.FloatField(label="Repeat penalty", required=False)
    instruction = LongText(rows=3, required=False, help_text="Empty: the study’s instruction. Markdown.")
    goals = forms.CharField(
        required=False,
        max_length=500,
        help_text="Numbers in the order in which they come, such as 3, 1. Empty: all goals.",
    )
    goal_order = forms.ChoiceField(label="Order of goals", required=False, choices=Condition.GoalOrder.choices)

    def __init__(self, *args: Any, offers: Offers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "chatbot", _with_current([AS_IN_STUDY, *offers.chatbots], self["chatbot"].value()))
        offer(self, "prompts", _with_current([("", "the chatbot’s own"), *offers.prompts], self["prompts"].value()))
        named = [(f"{ONE_CHARACTER}{name}", name) for name in offers.characters]
        offer(self, "character", [AS_IN_STUDY, (NO_CHARACTER, "no character"), *named])
        if not offers.characters:
            del self.fields["character"]

    def clean_name(self) -> str:
        """Return the plain name, because results are grouped by it."""
        return plain_name(self.cleaned_data["name"])

    def clean_goals(self) -> list[int]:
        numbers: list[str] = re.split(r"[\s,;]+", self.cleaned_data["goals"].strip(" ,;"))
        if not all(re.fullmatch("[0-9]{1,4}", number) for number in numbers if number):
            raise forms.ValidationError("Enter the numbers of goals, separated by commas, such as 3, 1.")
        return [int(number) for number in numbers if number]

    @property
    def own_settings(self) -> list[str]:
        """Return the labels of the folded settings that differ from the rest of the study, in small letters."""
        return [str(self[name].label).lower() for name in FOLDED if not self._is_plain(name)]

    @property
    def has_folded_mistakes(self) -> bool:
        return any(name in self.errors for name in FOLDED)

    def _is_plain(self, name: str) -> bool:
        typed, plain = self[name].value(), self.fields[name].initial
        return typed in (None, "", plain, str(plain))

    @property
    def condition(self) -> Condition:
        """Return the valid row as a condition, unsaved."""
        values = self.cleaned_data
        character = values.get("character", "")
        return Condition(
            **{name: values[name] for name in ("name", "weight", "chatbot", "prompts", "goals", "goal_order")},
            instruction=values["instruction"],
            sampling={name: values[name] for name in SAMPLING if values[name] is not None},
            character=character.removeprefix(ONE_CHARACTER) if character.startswith(ONE_CHARACTER) else "",
            plays_no_character=character == NO_CHARACTER,
        )


class ConditionRowsBase(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """All conditions; none in a study with one chatbot."""

    def add_fields(self, form: ConditionRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove condition"

    @property
    def kept(self) -> list[ConditionRow]:
        """Return the valid rows that are not removed."""
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    @property
    def conditions(self) -> list[Condition]:
        return [form.condition for form in self.kept]

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """Show each fault at its row, or above all rows."""
        for fault in faults:
            if fault.place is None:
                self.non_form_errors().append(fault.sentence)
            else:
                row = self.kept[fault.place]
                row.add_error(fault.field if fault.field in row.fields else None, fault.sentence)


ConditionRows = cast(
    type[ConditionRowsBase],
    forms.formset_factory(
        ConditionRow,
        formset=ConditionRowsBase,
        extra=0,
        can_delete=True,
        max_num=MOST_CONDITIONS,
        validate_max=True,
    ),
)


def condition_rows(study: Study) -> list[dict[str, Any]]:
    """Return the study's conditions as the rows show them."""
    return [_row(one) for one in study.conditions.all()]


def _row(one: Condition) -> dict[str, Any]:
    names = ("name", "weight", "chatbot", "prompts", "instruction", "goal_order")
    character = NO_CHARACTER if one.plays_no_character else one.character and f"{ONE_CHARACTER}{one.character}"
    listed = {"goals": ", ".join(str(number) for number in one.goals), "character": character}
    return {name: getattr(one, name) for name in names} | listed | dict(one.sampling)


def _with_current(choices: Sequence[tuple[str, str]], current: Any) -> list[tuple[str, str]]:
    """Return the choices with the stored one, even if it is no longer offered: the check says why it must change."""
    missing = [(current, current)] if current and current not in dict(choices) else []
    return [*choices, *missing]
