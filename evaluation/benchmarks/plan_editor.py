"""A planned evaluation of answers as a form that is stored completely or not at all."""

from secrets import randbelow
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from characters.models import Benchmark
from evaluation.benchmarks.plan_form import AnswersForm, SettingsForm
from evaluation.hosts import pages_language
from evaluation.kinds.answers import answer_texts
from evaluation.models import AnswerPlan, Evaluation, EvaluationOutcome
from evaluation.models.evaluations import LARGEST_SEED
from evaluation.planning.opening import record_act
from evaluation.research.evaluation_editor import OPENED, is_planned_by_now, read_stored
from evaluation.research.evaluation_form import EvaluationOutcomeForm
from studies.audit import Verb
from studies.editor.mistakes import Mistake, list_mistakes
from studies.services import copied_values

Kind = EvaluationOutcome.Kind


class AnswerPlanEditor:
    """The forms of the page that plans an evaluation of answers; ``data`` holds what was submitted, or None.

    ``name`` is that of the stored evaluation, not the typed one; empty for a new evaluation.
    """

    def __init__(self, evaluation: Evaluation, benchmark: Benchmark, data: Any = None) -> None:
        self.evaluation, self.benchmark = evaluation, benchmark
        self.name = str(evaluation) if evaluation.pk else ""
        self.is_bound = data is not None
        plan = evaluation.answer_plan if evaluation.pk else AnswerPlan()
        self.form = SettingsForm(data, instance=evaluation)
        self.answers = AnswersForm(benchmark, data, instance=plan)
        self.completion, self.full = (
            EvaluationOutcomeForm(evaluation, kind, data) for kind in (Kind.COMPLETED, Kind.FULL)
        )

    @property
    def obstacle(self) -> str:
        """Return why nothing can be compared yet; empty if something can."""
        if self.benchmark.answer_sets.count() < 2:
            return (
                "Evaluators compare at least two answer sets, and this benchmark has fewer. Let a model answer first."
            )
        return ""

    def is_valid(self) -> bool:
        """Return whether all forms can be stored; each is asked, so that each says what is wrong with it."""
        valid = [form.is_valid() for form in (self.answers, self.form, self.completion, self.full)]
        return self.is_bound and all(valid)

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the form's order."""
        whole = [Mistake("", str(error)) for error in self.form.non_field_errors()]
        listed = [each for form in (self.answers, self.form, self.completion) for each in list_mistakes(form)]
        return [*whole, *listed, *list_mistakes(self.full, "No pair left, ")]

    @transaction.atomic
    def save(self) -> bool:
        """Store everything and return True. If the evaluation has been opened since, add an error and return False."""
        Benchmark.objects.select_for_update(no_key=True).get(pk=self.benchmark.pk)  # so that no number is given twice
        if not self.name:
            latest = self.benchmark.evaluations.aggregate(latest=Max("number"))["latest"]
            self.evaluation.number = (latest or 0) + 1
        elif not is_planned_by_now(self.evaluation):
            self.form.add_error(None, ValidationError(OPENED))
            return False
        before = _read_stored(self.evaluation)
        stored = self.form.save()
        self.answers.instance.evaluation = stored
        self.answers.save()
        for outcome in (self.completion, self.full):
            outcome.instance.evaluation = stored
            outcome.save()
        if _read_stored(stored) != before:
            record_act(stored, Verb.CHANGED if self.name else Verb.CREATED)
        return True


def blank_evaluation(benchmark: Benchmark) -> Evaluation:
    """Return an unsaved evaluation with the default texts in its language and a seed from which nobody can infer the sides."""
    shipped = answer_texts(pages_language(benchmark))
    texts = {name: shipped[name].strip() for name in ("instruction", "consent")}
    return Evaluation(benchmark=benchmark, seed=randbelow(LARGEST_SEED + 1), **texts)


def _read_stored(evaluation: Evaluation) -> list[object]:
    """Return everything that the forms store, as it is stored, with what is compared; nothing for a new evaluation."""
    plans = AnswerPlan.objects.filter(evaluation=evaluation.pk)
    compared = [[copied_values(plan), plan.baseline_id, *plan.answer_sets.order_by("pk")] for plan in plans]
    return [*read_stored(evaluation), *compared]
