"""An evaluation as a form that is stored whole or not at all, as long as it is only planned."""

from secrets import randbelow
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from evaluation.models import Evaluation
from evaluation.models.evaluations import LARGEST_SEED
from evaluation.research.evaluation_form import CompletionForm, EvaluationForm
from studies.editor.mistakes import Mistake, list_mistakes
from studies.models import Study

OPENED = "The evaluation was opened meanwhile: it stays as it is. Plan another one."


class EvaluationEditor:
    """The form of the page that plans an evaluation; ``data`` and ``files`` are what was sent, if anything.

    ``name`` is what the evaluation is called where it is stored, whatever was typed since; empty for a new one.
    """

    def __init__(self, evaluation: Evaluation, data: Any = None, files: Any = None) -> None:
        self.evaluation = evaluation
        self.study = evaluation.study
        self.name = str(evaluation) if evaluation.pk else ""
        self.own_pairs = len(evaluation.known_pairs)
        self.is_bound = data is not None
        self.form = EvaluationForm(data, files, instance=evaluation)
        self.completion = CompletionForm(evaluation, data)

    @property
    def has_runs(self) -> bool:
        """Whether there is anything to compare people with."""
        return self.study.runs.exists()

    def is_valid(self) -> bool:
        """Return whether both forms can be stored; each is asked, so that each says what is wrong with it."""
        return self.is_bound and all([self.form.is_valid(), self.completion.is_valid()])

    @property
    def mistakes(self) -> list[Mistake]:
        """Everything that is wrong, in the form's order."""
        whole = [Mistake("", str(error)) for error in self.form.non_field_errors()]
        return [*whole, *list_mistakes(self.form), *list_mistakes(self.completion)]

    @transaction.atomic
    def save(self) -> bool:
        """Stores everything, unless the evaluation was opened while the form was: then the form says so."""
        Study.objects.select_for_update().get(pk=self.study.pk)  # numbers are given one after the other
        if not self.name:
            self.evaluation.number = _next_number(self.study)
        elif not _is_planned_by_now(self.evaluation):
            self.form.add_error(None, ValidationError(OPENED))
            return False
        self.completion.instance.evaluation = self.form.save()
        self.completion.save()
        return True


def blank_evaluation(study: Study) -> Evaluation:
    """What a new evaluation begins as: the paper's, but for the seed. Sides are drawn from it, so a usual one would tell them:
    whoever has the software could draw them again."""
    return Evaluation(study=study, seed=randbelow(LARGEST_SEED + 1))


def _next_number(study: Study) -> int:
    latest: int = study.evaluations.aggregate(latest=Max("number"))["latest"] or 0
    return latest + 1


def _is_planned_by_now(evaluation: Evaluation) -> bool:
    """Within the transaction that stores it: nobody can open it meanwhile."""
    return any(row.is_planned for row in Evaluation.objects.select_for_update().filter(pk=evaluation.pk))
