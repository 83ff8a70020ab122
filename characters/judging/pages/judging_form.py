"""The form that starts a judging."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.results import splits_of
from characters.benchmarks.score_tables import SPLIT_NAMES
from characters.judging.queue import RANKINGS
from characters.judging.requests import JudgingRequest, request_judging
from characters.judging.rows import MOST_ROWS, ROWS, SEED
from characters.models import Benchmark, Judging
from studies.editor.fields import offer
from studies.language_models.catalogue import name_with_label, read_catalogue

MOST_SEED = 2**31 - 1
NO_BASELINE = "none: all with each other"


class JudgingForm(forms.Form):
    """Which model compares which answers, on how many questions. The numbers are the paper's unless they are changed."""

    judge = forms.ChoiceField(error_messages={"required": "Choose a judge."})
    sets = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Answer sets to compare",
        error_messages={"required": "Choose answer sets to compare."},
    )
    baseline = forms.ChoiceField(required=False, help_text="The answer set with which each of the others is compared.")
    general = forms.IntegerField(
        initial=ROWS,
        min_value=0,
        max_value=MOST_ROWS,
        label="General questions of each role",
        help_text="The paper draws 20 of each kind, and 50 in the role split.",
    )
    specific = forms.IntegerField(
        initial=ROWS, min_value=0, max_value=MOST_ROWS, label="Role-specific questions of each role"
    )
    split = forms.ChoiceField(required=False)
    seed = forms.IntegerField(
        initial=SEED,
        min_value=0,
        max_value=MOST_SEED,
        help_text="Decides which questions are drawn. Every comparison uses the same ones.",
    )
    skips_unknown = forms.BooleanField(
        required=False, label="Leave out roles without a description", help_text="They are listed with the results."
    )

    def __init__(self, benchmark: Benchmark, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.benchmark = benchmark
        self.models = [spec for spec in read_catalogue().models.values() if not spec.guard]
        self.answer_sets = list(benchmark.answer_sets.order_by("pk"))
        offer(self, "judge", [(spec.name, name_with_label(spec)) for spec in self.models])
        offer(self, "sets", [(each.token, each.name) for each in self.answer_sets])
        offer(self, "baseline", [("", NO_BASELINE), *((each.token, each.name) for each in self.answer_sets)])
        self.fields["baseline"].initial = next((each.token for each in self.answer_sets if not each.model), "")
        splits = splits_of(benchmark)
        offer(self, "split", [(split, SPLIT_NAMES[split]) for split in splits])
        if len(splits) < 2:
            del self.fields["split"]

    def start(self, account: User) -> Judging | None:
        """Request the judging and queue it, or return None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            judging = request_judging(self.benchmark, self._request())
        except BenchmarkRefused as error:
            self.add_error(None, str(error))
            return None
        RANKINGS.queue(judging, account)
        return judging

    def _request(self) -> JudgingRequest:
        values, names = self.cleaned_data, {each.token: each.name for each in self.answer_sets}
        return JudgingRequest(
            judge=values["judge"],
            sets=tuple(names[token] for token in values["sets"]),
            baseline=names.get(values["baseline"], ""),
            general=values["general"],
            specific=values["specific"],
            split=values.get("split") or "",
            seed=values["seed"],
            skips_unknown=values["skips_unknown"],
        )
