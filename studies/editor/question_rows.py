"""A study's questions as rows of a form."""

import re
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import slugify

from dialogue.names import repeated_name
from studies.editor.fields import Lines, Ticks, split_lines
from studies.questionnaires import check_questionnaire, read_questions
from studies.questions.question import CHOICES, NUMBERS, Condition, Kind, Placement, Question
from studies.questions.storage import (
    KEY,
    LONGEST_END,
    LONGEST_KEY,
    LONGEST_LABEL,
    MOST_QUESTIONS,
    question_faults,
    write_question,
)


def _number(label: str) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, widget=forms.NumberInput(attrs={"step": "any"}))


class QuestionFields(forms.Form):
    """What every question has. Fields that its kind does not have are ignored, because a browser sends them although they are
    hidden."""

    label = forms.CharField(label="Question", max_length=LONGEST_LABEL)
    key = forms.CharField(
        max_length=LONGEST_KEY,
        required=False,
        help_text="Its name in exports and in the persona sentence. Empty: derived from the question.",
    )
    kind = forms.ChoiceField(choices=Kind.choices, initial=Kind.SINGLE)
    options = Lines(label="Options, one per line", rows=7, max_length=20_000, required=False)
    low, high = _number("Lowest number"), _number("Highest number")
    low_label = forms.CharField(label="Label of the lowest", max_length=LONGEST_END, required=False)
    high_label = forms.CharField(label="Label of the highest", max_length=LONGEST_END, required=False)
    is_required = forms.BooleanField(label="Requires an answer", required=False, initial=True)
    depends_on = forms.CharField(
        label="Depends on the question", max_length=LONGEST_KEY, required=False, widget=forms.Select
    )
    depends_answers = Lines(label="Asked after these answers, one per line", rows=2, max_length=8000, required=False)

    def clean_key(self) -> str:
        """Return the key, or one derived from the question."""
        key: str = self.cleaned_data["key"].strip() or _derived(self.cleaned_data.get("label", ""))
        if not KEY.fullmatch(key) and "label" in self.cleaned_data:
            raise ValidationError("Enter a key of small letters, digits and single underscores, such as home_language.")
        return key

    def clean_options(self) -> list[str]:
        options: list[str] = self.cleaned_data["options"]
        if (twice := repeated_name(options)) is not None:
            raise ValidationError(f"The option “{twice}” occurs twice. Remove one, or word it differently.")
        return options

    def clean(self) -> dict[str, Any]:
        """Refuse a question that cannot be asked."""
        if not self.errors:
            for fault in question_faults(self.question):
                self.add_error(None, f"This question {fault}")
        return self.cleaned_data

    @property
    def question(self) -> Question:
        """Return the question of a row without mistakes."""
        row = self.cleaned_data
        values: dict[str, Any] = {
            name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in self.settings
        }
        depends = (
            Condition(row["depends_on"].strip(), tuple(row["depends_answers"])) if row["depends_on"].strip() else None
        )
        return Question(row["key"], row["label"], kind=Kind(row["kind"]), condition=depends, **values)

    @property
    def settings(self) -> list[str]:
        """Return the names of the fields that the question's kind has."""
        kind = Kind(self.cleaned_data["kind"])
        names = ["is_required"]
        names += ["options"] if kind in CHOICES else []
        names += ["low", "high"] if kind in NUMBERS else []
        return names + (["low_label", "high_label"] if kind == Kind.SCALE else [])


class QuestionRow(QuestionFields):
    """One question of a study: where it is asked, and whom its answers screen out."""

    placement = forms.ChoiceField(label="Asked", choices=Placement.choices, initial=Placement.PERSONA_FORM)
    screened_out = Ticks(label="Options that screen out")
    eligible_from, eligible_to = _number("Eligible from"), _number("Eligible to")
    may_be_withheld = forms.BooleanField(label="Offers “Prefer not to say”", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = [(option, option) for option in split_lines(self["options"].value() or "")]
        self.fields["screened_out"].choices = choices  # type: ignore[attr-defined]

    @property
    def is_open(self) -> bool:
        """Return whether the row shows its fields at first: if it is new or has mistakes. Others are folded."""
        return bool(self.errors) or not self["label"].value()

    @property
    def summary(self) -> str:
        """Return the kind and the place in words, as the script repeats them when they change."""
        chosen = [(Kind.choices, self["kind"].value()), (Placement.choices, self["placement"].value())]
        return ", ".join(str(dict(choices).get(value, value)) for choices, value in chosen)

    def clean(self) -> dict[str, Any]:
        """Ignore ticks for removed or renamed options, too."""
        options = self.cleaned_data.get("options", [])
        ticked = [one for one in options if one in self.cleaned_data.get("screened_out", [])]
        self.cleaned_data["screened_out"] = ticked
        if options and ticked == options:
            self.add_error("screened_out", "All options screen participants out. Leave at least one option unticked.")
        return super().clean()

    @property
    def question(self) -> Question:
        return replace(super().question, placement=Placement(self.cleaned_data["placement"]))

    @property
    def settings(self) -> list[str]:
        kind = Kind(self.cleaned_data["kind"])
        names = [*super().settings, "may_be_withheld"]
        names += ["screened_out"] if kind in CHOICES else []
        return names + (["eligible_from", "eligible_to"] if kind in NUMBERS else [])


class OrderedRows(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Rows of questions, in the chosen order."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove question"
        form.fields["ORDER"].label = "Position"
        form.fields["ORDER"].widget.attrs["data-next"] = ""
        current = str(form["depends_on"].value() or "")
        form.fields["depends_on"].widget.choices = [
            ("", "none: always asked"),
            *(({current: current} if current else {}) | self._labels).items(),
        ]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """Return the label of each question by its key, as typed or stored."""
        count = min(self.total_form_count(), MOST_QUESTIONS)  # a forged form may have more
        rows = [[self._value(index, name) for name in ("key", "label")] for index in range(count)]
        return {key: label for key, label in rows if key}

    def _value(self, index: int, name: str) -> str:
        if self.is_bound:
            return str(self.data.get(f"{self.add_prefix(index)}-{name}", "")).strip()
        stored = list(self.initial or ())
        return str(stored[index][name]) if index < len(stored) else ""

    @property
    def filled(self) -> list[Any]:
        """Return the rows that are neither removed nor empty, in the chosen order; none while a row has mistakes."""
        is_readable = self.management_form.is_valid() and not any(self.errors)
        return [row for row in self.ordered_forms if row.cleaned_data] if is_readable else []


class QuestionRowsBase(OrderedRows):
    """All questions, in order."""

    def clean(self) -> None:
        if not any(self.errors):
            check_questionnaire(self.table)

    @property
    def questions(self) -> list[Question]:
        """Return the questions that are not removed, in the chosen order; none while a row has mistakes."""
        return [row.question for row in self.filled]

    @property
    def table(self) -> list[dict[str, Any]]:
        """Return the questionnaire as a study stores it."""
        return [write_question(question) for question in self.questions]


QuestionRows = cast(
    type[QuestionRowsBase],
    forms.formset_factory(
        QuestionRow,
        formset=QuestionRowsBase,
        extra=0,
        can_delete=True,
        can_order=True,
        max_num=MOST_QUESTIONS,
        validate_max=True,
    ),
)


def question_rows(questionnaire: Any) -> list[dict[str, Any]]:
    """Return the questions as initial values of the rows."""
    return [question_row(question) for question in read_questions(questionnaire)]


def question_row(question: Question) -> dict[str, Any]:
    """Return the question as initial values of its row."""
    names = [name for name in QuestionRow.base_fields if hasattr(question, name)]
    condition = question.condition or Condition("", ())
    return {name: getattr(question, name) for name in names} | {
        "depends_on": condition.key,
        "depends_answers": list(condition.answers),
    }


def _derived(label: str) -> str:
    plain = re.sub(r"[-_]+", "_", slugify(label)).strip("_0123456789")
    return plain[:LONGEST_KEY].strip("_")
