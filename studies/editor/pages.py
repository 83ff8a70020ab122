"""The pages on which a study is edited. Each stores its own part of the study, completely or not at all."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BoundField

from dialogue.prompts import foreign_inquirer
from studies.chatbots import chatbots_of
from studies.conditions import Design, check_conditions, find_faults
from studies.editor.condition_rows import ConditionRows, condition_rows, read_offers
from studies.editor.goal_rows import DOMAINS, GoalRows, goal_rows
from studies.editor.mistakes import Mistake, list_mistakes, list_row_mistakes
from studies.editor.part_forms import FACTS, AboutForm, ChatbotForm, PartForm, PersonaForm, TextsForm
from studies.editor.question_rows import QuestionRows, question_rows
from studies.language_hints import language_hints
from studies.language_models.catalogue import read_catalogue
from studies.languages import name_language
from studies.models import Condition, Goal, Persona, Study
from studies.models.fields import errors_of
from studies.models.studies import FROZEN
from studies.questionnaires import check_answers, read_features
from studies.questions.sentences import template_of
from studies.services import announce_change, let_texts_follow


class EditorPage:
    """A page with some of the study's fields; ``data`` is the submitted data, or None.

    ``slug`` and ``title`` are those of the stored study, not the typed ones.
    """

    form_class: ClassVar[type[PartForm]] = PartForm
    template: ClassVar[str]
    rows: ClassVar[str] = ""

    def __init__(self, study: Study, data: Any = None) -> None:
        self.study = study
        self.slug, self.title = study.slug, study.title
        self.is_bound = data is not None
        self.notices: list[str] = []
        self.form = self.form_class(data, instance=study)

    def is_valid(self) -> bool:
        """Return whether everything on the page can be stored."""
        return self.is_bound and self.form.is_valid()

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the page's order."""
        whole = (Mistake("", str(error)) for error in self.form.non_field_errors())
        return [*whole, *list_mistakes(self.form), *self._row_mistakes()]

    def save(self) -> bool:
        """Store the page and return True. If the study is frozen by now, add an error to the form and return False."""
        with transaction.atomic():
            stored = Study.objects.select_for_update().get(pk=self.study.pk)  # so that no one can enrol before the end
            if not stored.is_frozen:
                rows = self._read_rows(stored)
                self._store()
                if changed := [*self._name_rows(rows), *self._changed_fields(stored)]:
                    self.notices += announce_change(self.study, changed)
                return True
        self.form.add_error(None, ValidationError(FROZEN))
        return False

    def _row_mistakes(self) -> Iterator[Mistake]:
        yield from ()

    def _store(self) -> None:
        """Store this page's fields only, so that nothing is lost if another page is edited at the same time."""
        self.study.save(update_fields=list(self.form.fields))

    def _changed_fields(self, stored: Study) -> list[str]:
        """Return the names of the fields in which the study differs from what was ``stored``."""
        return [name for name in self.form.fields if getattr(self.study, name) != getattr(stored, name)]

    def _read_rows(self, study: Study) -> object:
        """Return what the page stores besides the form's fields, as it is in ``study``."""
        return None

    def _name_rows(self, before: object) -> list[str]:
        """Return what to call this if it differs from ``before``, for ``announce_change``."""
        return [self.rows] if self._read_rows(self.study) != before else []


class AboutPage(EditorPage):
    """What the study is. The default texts follow its language."""

    form_class, template = AboutForm, "studies/editor/about.html"

    @property
    def hints(self) -> list[str]:
        """Return sentences about texts that seem to be in another language than the study."""
        return language_hints(self.study)

    def _store(self) -> None:
        super()._store()
        if changed := let_texts_follow(self.study):
            language = name_language(self.study.language)
            self.notices.append(f"These default texts are now in {language}: {', '.join(changed)}.")


class GoalsPage(EditorPage):
    """The goals. Conditions that no longer fit them keep the study from opening, but not its goals from being stored."""

    template, rows = "studies/editor/goals.html", "goals"
    domains = DOMAINS

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(study, data)
        self.goals = GoalRows(data, initial=goal_rows(study), prefix="goals")

    def is_valid(self) -> bool:
        return self.is_bound and all([self.goals.is_valid(), self.form.is_valid()])

    def _row_mistakes(self) -> Iterator[Mistake]:
        return list_row_mistakes(self.goals, "goals", "Goal", "number")

    def _store(self) -> None:
        """Replace all goals. Nothing refers to the goals of a study that is not frozen."""
        self.study.goals.all().delete()
        goals = self.goals.goals
        for goal in goals:
            goal.study = self.study
        Goal.objects.bulk_create(goals)
        self.notices += [fault.sentence for fault in find_faults(self.study, read_catalogue())]

    def _read_rows(self, study: Study) -> object:
        return goal_rows(study)


class QuestionsPage(EditorPage):
    """The questions, and the sentence that their answers make."""

    form_class, template, rows = PersonaForm, "studies/editor/questions.html", "questionnaire"

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(study, data)
        self.questions = QuestionRows(data, initial=question_rows(study.questionnaire), prefix="questions")

    @property
    def foreign_language(self) -> str:
        """Return the name of the study's language; empty for English, the language of the paper's prompt sets."""
        return "" if self.study.language.startswith("en") else name_language(self.study.language)

    @property
    def foreign_prompts(self) -> str:
        """Return the built-in prompt set in the study's language; empty for English and if there is none."""
        return foreign_inquirer(self.study.language)

    def is_valid(self) -> bool:
        """Check the rows first: the persona sentence is checked against their questions, if these can be read."""
        if not self.is_bound:
            return False
        has_questions = self.questions.is_valid()
        if has_questions:
            self.study.questionnaire = self.questions.table
        is_valid = self.form.is_valid() and has_questions
        if not has_questions:
            self.form.errors.pop("persona_template", None)
        return is_valid

    def _row_mistakes(self) -> Iterator[Mistake]:
        return list_row_mistakes(self.questions, "questions", "Question", "label")

    def _store(self) -> None:
        self.study.save(update_fields=["questionnaire", *self.form.fields])
        self.notices += [*_unused_answers(self.study), *_misfits(self.study)]

    def _read_rows(self, study: Study) -> object:
        return question_rows(study.questionnaire)


class ChatbotsPage(EditorPage):
    """The chatbot, and the conditions of a study that compares several."""

    form_class, template = ChatbotForm, "studies/editor/chatbots.html"
    rows = "conditions, with the same chatbots"

    def __init__(self, study: Study, data: Any = None) -> None:
        self._tested = chatbots_of(study)
        self.catalogue = read_catalogue()
        super().__init__(study, data)
        offers = {"offers": read_offers(study, self.catalogue)}
        self.conditions = ConditionRows(data, initial=condition_rows(study), prefix="conditions", form_kwargs=offers)

    def is_valid(self) -> bool:
        is_valid = self.is_bound and all([self.form.is_valid(), self.conditions.is_valid()])
        return is_valid and self._has_sound_conditions()

    def _has_sound_conditions(self) -> bool:
        """Check the conditions against the study, and show their mistakes."""
        goals = self.study.goals.order_by("number").values_list("number", flat=True)
        characters = self.study.character_sheets.values_list("name", flat=True)
        faults = check_conditions(
            Design(self.study, list(goals), list(characters), self.catalogue), self.conditions.conditions
        )
        self.conditions.add_faults(faults)
        return not faults

    def _row_mistakes(self) -> Iterator[Mistake]:
        return list_row_mistakes(self.conditions, "conditions", "Condition", "name")

    def _store(self) -> None:
        """Replace all conditions. Nothing refers to those of a study that is not frozen."""
        super()._store()
        self.study.conditions.all().delete()
        conditions = self.conditions.conditions
        for condition in conditions:
            condition.study = self.study
        Condition.objects.bulk_create(conditions)

    def _read_rows(self, study: Study) -> object:
        return condition_rows(study)

    def _name_rows(self, before: object) -> list[str]:
        """Call them "conditions" if participants may meet another chatbot than before: then the study is closed."""
        return ["conditions"] if chatbots_of(self.study) != self._tested else super()._name_rows(before)


class TextsPage(EditorPage):
    """What participants read, and the limits of their dialogues."""

    form_class, template = TextsForm, "studies/editor/texts.html"

    @property
    def facts(self) -> list[BoundField]:
        return [self.form[name] for name in FACTS]


def _unused_answers(study: Study) -> list[str]:
    """Return a sentence if no answer occurs in the persona sentence, as with the paper's sentence and other questions."""
    keys = {question.key for question in read_features(study.questionnaire)}
    if keys & set(template_of(study.persona_template).keys):
        return []
    return [
        "The persona sentence names none of the questions, so it is the same for everyone. Write their keys into it, such as "
        f"[{min(keys)}]."
    ]


def _misfits(study: Study) -> list[str]:
    """Return a sentence about listed personas whose answers the questions do not offer; none if all fit."""
    listed = study.personas.filter(source=Persona.Source.LISTED).order_by("code")
    codes = [one.code for one in listed if errors_of(check_answers, one.features, study.questionnaire)]
    if not codes:
        return []
    subject = "1 listed persona has" if len(codes) == 1 else f"{len(codes)} listed personas have"
    return [
        f"{subject} answers that the questions no longer offer, such as {codes[0]}. Edit them, or import other personas."
    ]
