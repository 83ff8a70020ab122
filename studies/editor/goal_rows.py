"""A study's goals as rows of a form."""

from collections import Counter
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from dialogue.names import plain_name, repeated_name
from studies.editor.fields import LongText
from studies.models import Goal, Study

DOMAINS = ("Math", "Coding", "General Knowledge")
"""The paper's domains; researchers may add others."""
MOST_GOALS = 100


class GoalRow(forms.Form):
    """One goal."""

    number = forms.IntegerField(min_value=1, max_value=9999, widget=forms.NumberInput(attrs={"data-next": ""}))
    domain = forms.CharField(max_length=50, widget=forms.TextInput(attrs={"list": "domains"}))
    text = LongText(rows=5, max_length=8000)

    @property
    def is_open(self) -> bool:
        """Return whether the row shows its fields at first: if it is new or has mistakes. Others are folded."""
        return bool(self.errors) or not self["text"].value()

    def clean_domain(self) -> str:
        """Return the domain's plain name, because results are grouped by it."""
        return plain_name(self.cleaned_data["domain"])


class GoalRowsBase(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """All goals: at least one, and each number at most once."""

    def add_fields(self, form: GoalRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove goal"

    def clean(self) -> None:
        numbers = Counter(row["number"] for row in self.rows if "number" in row)
        twice = [number for number, count in numbers.items() if count > 1]
        if twice:
            raise ValidationError(f"Two goals have the number {twice[0]}. Give each goal a different number.")
        texts = [row["text"] for row in self.rows if row.get("text")]
        if (alike := repeated_name(texts)) is not None:
            raise ValidationError(f"Two goals have the same text: “{alike[:60]}”. Change or remove one.")
        if not numbers and not any(self.errors):
            raise ValidationError("The study has no goals. Add at least one.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the values of the rows that are not removed."""
        return [
            form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None) and not _is_removed(form)
        ]

    @property
    def goals(self) -> list[Goal]:
        """Return the goals in the form, unsaved."""
        names = ("number", "domain", "text")
        return [Goal(**{name: row[name] for name in names}) for row in sorted(self.rows, key=lambda row: row["number"])]


def _is_removed(form: forms.Form) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


GoalRows = cast(
    type[GoalRowsBase],
    forms.formset_factory(
        GoalRow, formset=GoalRowsBase, extra=0, can_delete=True, max_num=MOST_GOALS, validate_max=True
    ),
)


def goal_rows(study: Study) -> list[dict[str, Any]]:
    """Return the study's goals as the rows show them."""
    return [
        {"number": goal.number, "domain": goal.domain, "text": goal.text} for goal in study.goals.order_by("number")
    ]
