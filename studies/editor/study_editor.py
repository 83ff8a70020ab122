"""A study with its goals, questionnaire and conditions as one form, which is stored completely or not at all."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from studies.chatbots import chatbots_of
from studies.conditions import Design, check_conditions
from studies.editor.condition_rows import ConditionRows, condition_rows, read_offers
from studies.editor.goal_rows import DOMAINS, GoalRows, goal_rows
from studies.editor.mistakes import Mistake, list_mistakes, list_row_mistakes
from studies.editor.question_rows import QuestionRows, question_rows
from studies.editor.study_form import StudyForm
from studies.language_models.catalogue import read_catalogue
from studies.models import Condition, Goal, Study
from studies.models.studies import FROZEN
from studies.services import announce_change, paper_questionnaire


def blank_study() -> Study:
    """Return an unsaved study with the paper's questionnaire and default texts."""
    return Study(questionnaire=paper_questionnaire())


class StudyEditor:
    """The forms of the page that edits a study; ``data`` is the submitted data, or None.

    ``slug`` and ``title`` are those of the stored study, not the typed ones; empty for a new study.
    """

    domains = DOMAINS

    def __init__(self, study: Study, data: Any = None) -> None:
        self.study = study
        self.slug, self.title = (study.slug, study.title) if study.pk else ("", "")
        self.catalogue = read_catalogue()
        self.is_bound = data is not None
        self.notices: list[str] = []
        self.goals = GoalRows(data, initial=goal_rows(study), prefix="goals")
        self.questions = QuestionRows(data, initial=question_rows(study.questionnaire), prefix="questions")
        self.conditions = ConditionRows(
            data,
            initial=condition_rows(study),
            prefix="conditions",
            form_kwargs={"offers": read_offers(study, self.catalogue)},
        )
        self._tested = chatbots_of(study) if study.pk else []
        self.form = StudyForm(data, instance=study, catalogue=self.catalogue)

    def is_valid(self) -> bool:
        """Return whether everything can be stored. Validate every part, so that each shows its mistakes."""
        if not self.is_bound:
            return False
        has_questions, has_goals = self.questions.is_valid(), self.goals.is_valid()
        # The study validates its questionnaire too, but only the rows can show the mistakes.
        self.study.questionnaire = self.questions.table if has_questions else paper_questionnaire()
        is_valid = self.form.is_valid() and has_questions and has_goals
        if not has_questions:
            # The persona sentence was checked against questions that are not the study's.
            self.form.errors.pop("persona_template", None)
        return self.conditions.is_valid() and is_valid and self._has_sound_conditions()

    def _has_sound_conditions(self) -> bool:
        """Check the conditions against the rest of the form, which is valid, and show their mistakes."""
        goals = [goal.number for goal in self.goals.goals]
        characters = self.study.character_sheets.values_list("name", flat=True) if self.study.pk else []
        design = Design(self.study, goals, list(characters), self.catalogue)
        faults = check_conditions(design, self.conditions.conditions)
        self.conditions.add_faults(faults)
        return not faults

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the page's order."""
        return [
            *(Mistake("", str(error)) for error in self.form.non_field_errors()),
            *list_mistakes(self.form),
            *list_row_mistakes(self.goals, "goals", "Goal", "number"),
            *list_row_mistakes(self.questions, "questions", "Question", "label"),
            *list_row_mistakes(self.conditions, "conditions", "Condition", "name"),
        ]

    def save(self) -> bool:
        """Store everything and return True. If the study is frozen by now, add an error to the form and return False."""
        with transaction.atomic():
            if not _is_frozen_by_now(self.study):
                study = self.form.save()
                _replace_goals(study, self.goals.goals)
                _replace_conditions(study, self.conditions.conditions)
                self.notices = announce_change(study, self._changed(study))
                return True
        self.form.add_error(None, ValidationError(FROZEN))
        return False

    def _changed(self, study: Study) -> list[str]:
        """Return the fields that have changed, and "conditions" if participants may meet another chatbot than before."""
        return [*self.form.changed_data, *(["conditions"] if chatbots_of(study) != self._tested else [])]


def _is_frozen_by_now(study: Study) -> bool:
    """Return whether the study is frozen now. The row stays locked, so that no one can enrol before it is stored."""
    return any(row.is_frozen for row in Study.objects.select_for_update().filter(pk=study.pk))


def _replace_goals(study: Study, goals: list[Goal]) -> None:
    """Replace all goals. Nothing refers to the goals of a study that is not frozen."""
    study.goals.all().delete()
    for goal in goals:
        goal.study = study
    Goal.objects.bulk_create(goals)


def _replace_conditions(study: Study, conditions: list[Condition]) -> None:
    """Replace all conditions. Nothing refers to those of a study that is not frozen."""
    study.conditions.all().delete()
    for condition in conditions:
        condition.study = study
    Condition.objects.bulk_create(conditions)
