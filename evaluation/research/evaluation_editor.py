"""A planned evaluation as a form that is stored completely or not at all."""

from secrets import randbelow
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from evaluation.models import Evaluation, EvaluationOutcome
from evaluation.models.evaluations import LARGEST_SEED
from evaluation.planning.opening import record_act
from evaluation.research.evaluation_form import EvaluationForm, EvaluationOutcomeForm
from evaluation.research.own_question_rows import OwnQuestionRows, own_question_rows
from evaluation.texts import default_consent, default_instruction
from studies.audit import Verb
from studies.editor.mistakes import Mistake, list_mistakes, list_row_mistakes
from studies.models import Study
from studies.services import copied_values

OPENED = "The evaluation has been opened in the meantime, so its settings can no longer be changed. Plan a new one."


class EvaluationEditor:
    """The form of the page that plans an evaluation; ``data`` and ``files`` hold the submitted form, or None.

    ``name`` is that of the stored evaluation, not the typed one; empty for a new evaluation, which may be ``like`` another.
    """

    def __init__(
        self, evaluation: Evaluation, data: Any = None, files: Any = None, like: Evaluation | None = None
    ) -> None:
        self.evaluation = evaluation
        self.study = evaluation.study
        self.name = str(evaluation) if evaluation.pk else ""
        self.own_pairs = len(evaluation.known_pairs)
        self.is_bound = data is not None
        self.form = EvaluationForm(
            data, files, instance=evaluation, initial={"runs": like.runs.all()} if like else None
        )
        initial = own_question_rows(evaluation.own_questions)
        self.questions = OwnQuestionRows(data, initial=initial, prefix="questions")
        self.completion = EvaluationOutcomeForm(evaluation, EvaluationOutcome.Kind.COMPLETED, data, like)
        self.full = EvaluationOutcomeForm(evaluation, EvaluationOutcome.Kind.FULL, data, like)

    def is_valid(self) -> bool:
        """Return whether all forms can be stored; each is asked, so that each says what is wrong with it."""
        parts: list[Any] = [self.form, self.questions, self.completion, self.full]
        validity = [part.is_valid() for part in parts]
        return self.is_bound and all(validity)

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the form's order."""
        whole = [Mistake("", str(error)) for error in self.form.non_field_errors()]
        return [
            *whole,
            *list_mistakes(self.form),
            *list_row_mistakes(self.questions, "questions", "Question", "label"),
            *list_mistakes(self.completion),
            *list_mistakes(self.full, "No pair left, "),
        ]

    @transaction.atomic
    def save(self) -> bool:
        """Store everything and return True. If the evaluation has been opened since, add an error and return False."""
        Study.objects.select_for_update().get(pk=self.study.pk)  # so that no number is given twice
        if not self.name:
            self.evaluation.number = _next_number(self.study)
        elif not is_planned_by_now(self.evaluation):
            self.form.add_error(None, ValidationError(OPENED))
            return False
        before = read_stored(self.evaluation)
        self.evaluation.own_questions = self.questions.table
        stored = self.form.save()
        for outcome in (self.completion, self.full):
            outcome.instance.evaluation = stored
            outcome.save()
        if read_stored(stored) != before:
            record_act(stored, Verb.CHANGED if self.name else Verb.CREATED)
        return True


def blank_evaluation(study: Study) -> Evaluation:
    """Return an unsaved evaluation with the paper's settings, texts in the study's language and a random seed.

    Anyone with the software could reproduce the sides from a known seed."""
    texts = {"instruction": default_instruction(study.language), "consent": default_consent(study.language)}
    return Evaluation(study=study, seed=randbelow(LARGEST_SEED + 1), **texts)


def similar_evaluation(like: Evaluation) -> Evaluation:
    """Return an unsaved evaluation with another one's settings, questions and texts, but with a seed of its own."""
    copied = (set(EvaluationForm.Meta.fields) - {"title", "runs", "seed"}) | {"own_questions", "known_pairs"}
    settings = {name: getattr(like, name) for name in copied}
    return Evaluation(study=like.study, seed=randbelow(LARGEST_SEED + 1), **settings)


def read_stored(evaluation: Evaluation) -> list[object]:
    """Return everything that the form of an evaluation stores, as it is stored; nothing for a new evaluation."""
    stored = Evaluation.objects.filter(pk=evaluation.pk).first() if evaluation.pk else None
    if stored is None:
        return []
    rows = [stored, *stored.outcomes.order_by("kind")]
    return [[copied_values(row) for row in rows], list(stored.runs.order_by("pk"))]


def _next_number(study: Study) -> int:
    latest: int = study.evaluations.aggregate(latest=Max("number"))["latest"] or 0
    return latest + 1


def is_planned_by_now(evaluation: Evaluation) -> bool:
    """Return whether the evaluation is still planned. The row stays locked, so that no one can open it at the same time."""
    return any(row.is_planned for row in Evaluation.objects.select_for_update().filter(pk=evaluation.pk))
