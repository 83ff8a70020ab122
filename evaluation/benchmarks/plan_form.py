"""The forms with which a researcher plans an evaluation of answers."""

from typing import Any, ClassVar

from django import forms

from characters.benchmarks.results import splits_of
from characters.benchmarks.score_tables import SPLIT_NAMES
from characters.judging.pages.judging_form import NO_BASELINE
from characters.models import AnswerSet, Benchmark
from enrolment.platform_links import PARAMETER
from evaluation.models import AnswerPlan, Evaluation
from evaluation.research.evaluation_form import preview_of
from studies.editor.fields import Lines, LongText, offer
from studies.storable_text import storable

TEXTS = ("consent", "instruction")


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The settings of an evaluation that have nothing to do with what is compared; ``instance.benchmark`` must be set."""

    consent = LongText(help_text="What evaluators agree to. Markdown.")
    instruction = LongText(rows=6, help_text="What evaluators read before the first pair. Markdown.")

    class Meta:
        model = Evaluation
        fields: ClassVar = [
            "title",
            "pairs_per_evaluator",
            "judges_per_pair",
            "allows_back",
            "consent",
            "consent_version",
            "instruction",
            "reserved_minutes",
            "external_id_parameter",
        ]
        help_texts: ClassVar = {
            "pairs_per_evaluator": "An evaluator reads two answers for each pair.",
            "judges_per_pair": "Agreement needs at least 2.",
        }
        labels: ClassVar = {
            "external_id_parameter": "Parameter with the evaluator ID",
            "reserved_minutes": "Time-out in minutes",
            "judges_per_pair": "Evaluators per pair",
        }

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.fields["external_id_parameter"].validators.append(PARAMETER)
        for name in TEXTS:
            self.fields[name].widget.attrs |= preview_of(self.instance, name)


class AnswersForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Which answers are compared, on how many questions. The numbers are the paper's unless they are changed."""

    split = forms.ChoiceField(required=False)
    roles = Lines(required=False, rows=3, help_text="One per line. Empty: all roles.")

    class Meta:
        model = AnswerPlan
        fields: ClassVar = ["answer_sets", "baseline", "split", "general", "specific", "seed", "roles", "skips_unknown"]
        field_classes: ClassVar = {"answer_sets": forms.ModelMultipleChoiceField}
        widgets: ClassVar = {"answer_sets": forms.CheckboxSelectMultiple}
        labels: ClassVar = {
            "answer_sets": "Answer sets to compare",
            "general": "General questions of each role",
            "specific": "Role-specific questions of each role",
            "skips_unknown": "Leave out roles without a description",
        }
        help_texts: ClassVar = {
            "baseline": "The answer set with which each of the others is compared.",
            "general": "The paper draws 20 of each kind, and 50 in the role split.",
            "seed": "Decides which questions are drawn. With the same seed, model judges rank the same ones.",
            "skips_unknown": "They are listed with the plan.",
        }
        error_messages: ClassVar = {"answer_sets": {"required": "Choose answer sets to compare."}}

    def __init__(self, benchmark: Benchmark, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.benchmark = benchmark
        sets = AnswerSet.objects.filter(benchmark=benchmark).order_by("pk")
        for name in ("answer_sets", "baseline"):
            self.fields[name].queryset = sets  # type: ignore[attr-defined]
        self.fields["baseline"].empty_label = NO_BASELINE  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial["baseline"] = sets.filter(model="").first()
        splits = splits_of(benchmark)
        offer(self, "split", [(split, SPLIT_NAMES[split]) for split in splits])
        if len(splits) < 2:
            del self.fields["split"]
            self.instance.split = "".join(splits)

    def clean_roles(self) -> list[str]:
        """Return the roles, of which each must have test rows."""
        chosen = list(dict.fromkeys(map(storable, self.cleaned_data["roles"])))
        known = set(self.benchmark.rows.filter(use="test", role__in=chosen).values_list("role", flat=True))
        if unknown := [role for role in chosen if role not in known]:
            raise forms.ValidationError(f"The benchmark has no test rows of: {', '.join(unknown)}.")
        return chosen
