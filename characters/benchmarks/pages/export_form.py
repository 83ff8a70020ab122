"""The form that says how answers are divided into training and test rows."""

from typing import Any

from django import forms

from characters.benchmarks.general_data import SEED, TEST_SHARE


class ExportForm(forms.Form):
    """The share of test instructions, and the seed of their draw."""

    test_share = forms.FloatField(
        initial=TEST_SHARE, min_value=0, label="Share of test instructions", help_text="0.2 in the paper; below 1."
    )
    seed = forms.IntegerField(initial=SEED, min_value=0, max_value=2**63 - 1)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
