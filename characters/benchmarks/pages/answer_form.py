"""The form that lets a model answer a benchmark."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from characters.benchmarks.answer_requests import (
    ANSWERS,
    LONGEST_NAME,
    MOST_SAMPLES,
    PAPERS,
    AnswerRequest,
    request_answers,
    with_sampling,
)
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.results import splits_of
from characters.models import AnswerSet, Benchmark
from rolellm.elicitation import ELICITATIONS
from studies.editor.fields import Lines, offer
from studies.language_models.catalogue import name_with_label, read_catalogue
from studies.roles import ELICITATION_CHOICES
from studies.storable_text import storable

_PARTS = [("", "both parts"), ("general", "general"), ("role_specific", "role-specific")]
_SPLITS = {"instruction": "instruction split", "role": "role split"}


class AnswerForm(forms.Form):
    """Which model answers which rows, and how. The numbers are the paper's unless they are changed."""

    model = forms.ChoiceField(error_messages={"required": "Choose a model."})
    elicitation = forms.ChoiceField(
        choices=[(name, ELICITATION_CHOICES[name]) for name in ELICITATIONS], initial="dialogue"
    )
    rows = forms.IntegerField(
        required=False,
        min_value=1,
        label="Rows",
        help_text="Drawn with the seed, so every model gets the same ones. Empty: all.",
    )
    roles = Lines(required=False, rows=3, help_text="One per line. Empty: all roles.")
    part = forms.ChoiceField(required=False, choices=_PARTS)
    split = forms.ChoiceField(required=False)
    name = forms.CharField(
        required=False,
        max_length=LONGEST_NAME,
        label="Name of the answer set",
        help_text="Empty: model and elicitation.",
    )
    skips_unknown = forms.BooleanField(
        required=False,
        label="Leave out roles that no stored character can play",
        help_text="They are listed with the answers.",
    )
    seed = forms.IntegerField(initial=AnswerRequest.seed, min_value=0, max_value=2**31 - 1)
    samples = forms.IntegerField(initial=1, min_value=1, max_value=MOST_SAMPLES, label="Answers per row")
    temperature = forms.FloatField(initial=PAPERS.temperature, min_value=0, max_value=2)
    top_p = forms.FloatField(initial=PAPERS.top_p, min_value=0, max_value=1, label="Top-p")
    max_tokens = forms.IntegerField(
        initial=PAPERS.max_tokens, min_value=1, max_value=100_000, label="Maximum tokens per answer"
    )

    def __init__(self, benchmark: Benchmark, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.benchmark = benchmark
        self.models = [spec for spec in read_catalogue().models.values() if not spec.guard]
        offer(self, "model", [(spec.name, name_with_label(spec)) for spec in self.models])
        splits = splits_of(benchmark)
        offer(self, "split", [("", "all splits"), *((split, _SPLITS[split]) for split in splits)])
        if len(splits) < 2:
            del self.fields["split"]

    def start(self, account: User) -> AnswerSet | None:
        """Request the answers and queue them, or return None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            answer_set = request_answers(self.benchmark, self._request())
        except BenchmarkRefused as error:
            self.add_error(None, str(error))
            return None
        ANSWERS.queue(answer_set, account)
        return answer_set

    def _request(self) -> AnswerRequest:
        values = self.cleaned_data
        request = AnswerRequest(
            model=values["model"],
            elicitation=values["elicitation"],
            name=storable(values["name"]),
            rows=values["rows"],
            roles=tuple(map(storable, values["roles"])),
            split=values.get("split") or None,
            part=values["part"] or None,
            seed=values["seed"],
            samples=values["samples"],
            skips_unknown=values["skips_unknown"],
        )
        return with_sampling(request, **{name: values[name] for name in ("temperature", "top_p", "max_tokens")})
