"""The form of a listed persona: its code, and the questions of the persona form, of which none must be answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.datastructures import MultiValueDict

from dialogue.answers import WITHHELD, show_answer
from dialogue.names import plain_name
from studies.audit import Verb, record
from studies.models import Persona, Study
from studies.questionnaires import read_features
from studies.questions.pages import Posted, QuestionPage
from studies.questions.question import CHOICES, Kind, Question


class PersonaForm:
    """A persona in the course of its change; ``persona`` may be new. ``mistakes`` say why it cannot be stored."""

    def __init__(self, persona: Persona, posted: Posted | None = None) -> None:
        self.persona = persona
        self.is_sent = posted is not None
        questions = [replace(question, is_required=False) for question in read_features(persona.study.questionnaire)]
        self.questions = QuestionPage(questions, _as_posted(questions, persona) if posted is None else posted)
        self.code = persona.code if posted is None else posted.get("code", "")
        self.mistakes: list[str] = []

    @transaction.atomic
    def save(self) -> bool:
        """Store the persona and return True; or return False with the mistakes, having stored nothing."""
        Study.objects.select_for_update().get(pk=self.persona.study_id)
        before = (self.persona.pk, self.persona.code, self.persona.features)
        self.persona.code, self.persona.features = self.code.strip(), self.questions.answers
        verb = Verb.CHANGED if self.persona.pk else Verb.ADDED
        self.mistakes = self._mistakes()
        if self.mistakes or not self.questions.is_valid():
            return False
        self.persona.save()
        if before != (self.persona.pk, self.persona.code, self.persona.features):
            record(self.persona.study, verb, f"the persona {self.persona.code}")
        return True

    def _mistakes(self) -> list[str]:
        persona = self.persona
        others = persona.study.personas.exclude(pk=persona.pk)
        if others.filter(code=plain_name(self.code)).exists():
            return [f"Another persona of this study has the code {plain_name(self.code)}. Choose a different one."]
        try:
            persona.full_clean()
        except ValidationError as error:
            return error.messages
        return []


def new_persona(study: Study) -> Persona:
    """Return an unsaved persona with the next free code."""
    taken = set(study.personas.values_list("code", flat=True))
    code = next(code for number in range(1, len(taken) + 2) if (code := f"P{number:02}") not in taken)
    return Persona(study=study, code=code, source=Persona.Source.LISTED, features={})


@transaction.atomic
def remove_persona(persona: Persona) -> None:
    """Delete a listed persona. Raises ValidationError if its study is frozen by now."""
    Study.objects.select_for_update().get(pk=persona.study_id)
    persona.clean()
    persona.delete()
    record(persona.study, Verb.REMOVED, f"the persona {persona.code}")


def _as_posted(questions: Sequence[Question], persona: Persona) -> Posted:
    """Return the persona's answers as its form sends them."""
    posted: Posted = MultiValueDict()
    for question in questions:
        answer: Any = persona.features.get(question.key)
        if answer == WITHHELD and question.kind not in CHOICES and question.kind != Kind.SCALE:
            posted[f"{question.key}-withheld"] = "on"
        elif isinstance(answer, list):
            posted.setlist(question.key, [str(one) for one in answer])
        elif answer is not None:
            posted[question.key] = show_answer(answer)
    return posted
