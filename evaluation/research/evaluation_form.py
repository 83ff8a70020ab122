"""The form with which a researcher plans an evaluation."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from enrolment.outcome_form import OutcomeForm
from enrolment.platform_links import PARAMETER
from evaluation.hosts import host_of
from evaluation.models import Evaluation, EvaluationOutcome
from evaluation.planning.known_pairs import read_known_pairs, why_english_pairs
from evaluation.research.run_choices import count_cells, describe_run
from evaluation.texts import default_outcome
from simulation.models import Run
from studies.editor.fields import LongText, preview_beside

TEXTS = ("consent", "instruction", "completed-text", "full-text")
"""Texts for evaluators, in Markdown."""
OUTCOME_LABELS = {EvaluationOutcome.Kind.COMPLETED: "Completion", EvaluationOutcome.Kind.FULL: "No pair left"}


class RunsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    """A choice of runs, each with its models, seeds and dialogues."""

    def __init__(self, runs: QuerySet[Run]) -> None:
        self.cells = count_cells(runs)
        super().__init__(
            runs,
            required=runs.exists(),  # before the first run, an evaluation can be planned for its preview
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one run."},
            help_text="Each natural dialogue is paired with one dialogue per model of the runs you choose.",
        )

    def label_from_instance(self, run: Any) -> str:
        return describe_run(run, self.cells)


class EvaluationForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """All settings of an evaluation; ``instance.study`` must be set."""

    known_pairs_file = forms.FileField(
        label="Your own training pairs and attention checks",
        required=False,
        help_text="A TOML or JSON file; docs/judging.md describes the format. Empty: the built-in pairs.",
    )
    forgets_known_pairs = forms.BooleanField(label="remove your own pairs and use the built-in ones", required=False)
    consent = LongText(help_text="What evaluators agree to. Markdown.")
    instruction = LongText(rows=6, help_text="What evaluators read before the first pair. Markdown.")

    class Meta:
        model = Evaluation
        fields: ClassVar = [
            "title",
            "runs",
            "takes_left_dialogues",
            "takes_unsafe_dialogues",
            "crosses_chatbots",
            "hides_unanswered",
            "seed",
            "pairs_per_evaluator",
            "judges_per_pair",
            "training_pairs",
            "attention_checks",
            "shows_goal",
            "shows_persona",
            "allows_back",
            "consent",
            "consent_version",
            "duration",
            "payment",
            "instruction",
            "reserved_minutes",
            "external_id_parameter",
        ]
        help_texts: ClassVar = {
            "seed": "Seeds all randomisation, including left and right. Do not share it while people judge."
        }
        labels: ClassVar = {
            "consent_version": "Consent version",
            "external_id_parameter": "Parameter with the evaluator ID",
            "reserved_minutes": "Time-out in minutes",
            "pairs_per_evaluator": "Pairs per evaluator",
            "judges_per_pair": "Evaluators per pair",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["runs"] = RunsField(self.instance.study.runs.all())
        self.fields["external_id_parameter"].validators.append(PARAMETER)
        for name in ("consent", "instruction"):
            self.fields[name].widget.attrs |= preview_of(self.instance, name)
        if not self.instance.study.conditions.exists():
            del self.fields["crosses_chatbots"]
        if english := why_english_pairs(self.instance.study.language):
            self.fields["known_pairs_file"].help_text += f" {english}"
        if not self.instance.known_pairs:
            del self.fields["forgets_known_pairs"]

    def clean_known_pairs_file(self) -> Any:
        """Return the pairs in the file, or None without a file."""
        file = self.cleaned_data["known_pairs_file"]
        return read_known_pairs(file) if file else None

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("forgets_known_pairs"):
            self.instance.known_pairs = []
        if self.cleaned_data.get("known_pairs_file") is not None:
            self.instance.known_pairs = self.cleaned_data["known_pairs_file"]
        return self.cleaned_data


class EvaluationOutcomeForm(OutcomeForm):
    """One way in which evaluators leave."""

    class Meta(OutcomeForm.Meta):
        model = EvaluationOutcome

    def __init__(
        self, evaluation: Evaluation, kind: EvaluationOutcome.Kind, data: Any = None, like: Evaluation | None = None
    ) -> None:
        """Begin with the text of the evaluation that a new one is ``like``; codes are each evaluation's own."""
        self.language = host_of(evaluation).language
        stored = evaluation.outcomes.filter(kind=kind).first() if evaluation.pk else None
        similar = like.outcomes.filter(kind=kind).first() if like else None
        blank = EvaluationOutcome(kind=kind, text=similar.text if similar else "")
        super().__init__(data, instance=stored or blank, prefix=kind.value)
        self.fields["text"].label = OUTCOME_LABELS[kind]
        self.fields["text"].widget.attrs |= preview_of(evaluation, f"{kind.value}-text")

    def standard_text(self, kind: str) -> str:
        return default_outcome(kind, self.language)


def preview_of(evaluation: Evaluation, name: str) -> dict[str, str]:
    """Return the attributes that preview the text of this name while it is being typed."""
    view = "benchmark-evaluation-preview" if evaluation.kind == Evaluation.Kind.ANSWERS else "evaluation-preview"
    return preview_beside(name, reverse(view, args=[evaluation.place, name]))
