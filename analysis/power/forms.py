"""The form that requests a power estimate."""

from typing import Any, cast

from django import forms
from django.http import QueryDict

from analysis.statistics.power_plans import (
    ADJUSTMENTS,
    LONGEST_NAME,
    MOST_JUDGEMENTS,
    MOST_MODELS,
    MOST_SIZES,
    MOST_STUDIES,
    ImpossiblePlan,
    PowerQuestion,
    gather_rates,
)
from simulation.requests import RequestError, parse_numbers
from studies.editor.mistakes import Mistake, list_mistakes, list_row_mistakes

ROWS = "rates"
"""Prefix of the row fields' names."""


class RateRow(forms.Form):
    """A model, and how often it is expected to be detected."""

    model = forms.CharField(max_length=LONGEST_NAME)
    percent = forms.FloatField(label="Detection rate (%)")

    def clean_percent(self) -> float:
        percent: float = self.cleaned_data["percent"]
        if not 0 < percent < 100:
            raise forms.ValidationError("Enter a rate above 0 and below 100.")
        return percent


class RateRowsBase(forms.BaseFormSet):  # type: ignore[type-arg]  # the class takes no argument at run time
    """All models."""

    def add_fields(self, form: RateRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"

    @property
    def rates(self) -> dict[str, float]:
        """Return the rates of the rows that are not deleted. Raises ImpossiblePlan if a model is listed twice."""
        rows = (form.cleaned_data for form in self.forms)
        filled = (row for row in rows if row and not row.get("DELETE"))
        return gather_rates((row["model"], round(row["percent"] / 100, 8)) for row in filled)


RateRows = cast(
    type[RateRowsBase],
    forms.formset_factory(
        RateRow,
        formset=RateRowsBase,
        extra=0,
        can_delete=True,
        max_num=MOST_MODELS,
        validate_max=True,
        absolute_max=2 * MOST_MODELS,
    ),
)


class SizeForm(forms.Form):
    """All other assumptions; its fields have the names of a PowerQuestion's."""

    evaluators = forms.CharField(
        max_length=100,
        help_text=f"One number, or up to {MOST_SIZES} separated by commas to compare, for example 10, 20, 40.",
    )
    pairs = forms.IntegerField(
        label="Pairs per evaluator",
        max_value=MOST_JUDGEMENTS,
        help_text=f"40 in the paper. A study can have at most {MOST_JUDGEMENTS:,} judgements.",
    )
    people = forms.IntegerField(
        label="People who chatted",
        help_text="People whose dialogues are judged; 20 in the paper. With more people, results generalise better.",
    )
    evaluator_sd = forms.FloatField(
        label="Variation between evaluators",
        help_text="Standard deviation of their log-odds of detection. With 0.5 (moderate), two thirds of the "
        "evaluators detect a model with a rate of 65% in 53 to 75% of pairs; with 1, in 41 to 83%. 0: none.",
    )
    person_sd = forms.FloatField(
        label="Variation between people who chatted",
        help_text="The same for the people whose dialogues are judged: some are easier to imitate. 0.3 is moderate.",
    )
    adjustment = forms.ChoiceField(
        label="Adjustment of pairwise p values",
        choices=list(ADJUSTMENTS.items()),
        widget=forms.RadioSelect,
        help_text="A stricter adjustment needs more evaluators. The overall test needs no adjustment.",
    )
    studies = forms.IntegerField(
        label="Simulated studies",
        help_text=f"For each size, at most {MOST_STUDIES:,}. With 500, a power of 80% has an error of ± 3.5 points; with "
        f"{MOST_STUDIES:,}, ± 1.8. Halving the error takes four times as long.",
    )
    seed = forms.IntegerField(help_text="The same seed simulates the same studies.")

    def clean_evaluators(self) -> tuple[int, ...]:
        try:
            return parse_numbers(self.cleaned_data["evaluators"], "numbers of evaluators")
        except RequestError as error:
            raise forms.ValidationError(str(error)) from error


class QuestionEditor:
    """The form, pre-filled with ``question``; ``data`` is the submitted data, if any."""

    def __init__(self, question: PowerQuestion, data: QueryDict | None = None) -> None:
        self.is_bound = data is not None
        # Submitted rows have no initial values to compare with: a row that was added and left empty counts as no model.
        self.rates = RateRows(data, initial=None if self.is_bound else _rows(question), prefix=ROWS)
        self.form = SizeForm(data, initial=_sizes(question), label_suffix="")

    def read(self) -> PowerQuestion | None:
        """Return the question, or None if something is wrong with it; each part of the form then has its error."""
        if not self.is_bound or not all([self.rates.is_valid(), self.form.is_valid()]):
            return None
        try:
            return PowerQuestion(self.rates.rates, **self.form.cleaned_data)
        except ImpossiblePlan as error:
            self._tell(error)
            return None

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes in the page's order."""
        return [*list_row_mistakes(self.rates, "models", "Model", "model"), *list_mistakes(self.form)]

    def _tell(self, error: ImpossiblePlan) -> None:
        for problem in error.problems:
            if problem.field in self.form.fields:
                self.form.add_error(problem.field, problem.words)
            else:
                self.rates.non_form_errors().append(problem.words)


def with_another_row(data: QueryDict) -> QueryDict:
    """Return the submitted data with room for one more model, for browsers without scripts."""
    name, changed = f"{ROWS}-TOTAL_FORMS", data.copy()
    total = data.get(name, "")
    if total.isascii() and total.isdigit() and len(total) < 3:
        changed[name] = str(int(total) + 1)
    return changed


def _rows(question: PowerQuestion) -> list[dict[str, str]]:
    return [{"model": name, "percent": f"{100 * rate:.6g}"} for name, rate in question.rates.items()]


def _sizes(question: PowerQuestion) -> dict[str, Any]:
    return {name: getattr(question, name) for name in SizeForm.base_fields} | {
        "evaluators": ", ".join(map(str, question.evaluators))
    }
