"""Characters of RoleLLM in a study."""

import pytest
from django.db import IntegrityError

from rolellm.elicitation import Character
from rolellm.pairs import Pair
from studies.characters import NotCast, Part, cast_characters
from studies.models import CharacterSheet, Persona, Study
from studies.presentation import persona_sentence
from studies.services import copy_study, freeze_study
from tests.factories import make_study

pytestmark = pytest.mark.django_db
PAIRS = (Pair(7, "Who goes there?", "A Roman."), Pair(9, "Why?", "For Rome."))
CORIOLANUS = Part(Character("Coriolanus", "You are a Roman general."), ("O, world!",), PAIRS, is_audited=True)
LI_BAI = Part(Character("李白", "你是诗人", "zh"))


def cast(*parts: Part, study: Study | None = None) -> Study:
    study = study or make_study(goal_count=1, persona_count=1)
    cast_characters(study, parts)
    return study


def test_each_character_is_copied_with_a_persona_that_has_no_answers() -> None:
    study = cast(CORIOLANUS, LI_BAI)
    of_study = study.personas.filter(source=Persona.Source.CHARACTER)
    assert list(of_study.values_list("code", "character__name", "features")) == [
        ("Coriolanus", "Coriolanus", {}),
        ("李白", "李白", {}),
    ]
    sheet = CharacterSheet.objects.get(name="Coriolanus")
    assert sheet.character == CORIOLANUS.character
    assert [(pair.question, pair.answer) for pair in sheet.demonstrations] == [
        ("Who goes there?", "A Roman."),
        ("Why?", "For Rome."),
    ]
    assert sheet.is_audited
    assert sheet.catchphrases == ["O, world!"]
    assert CharacterSheet.objects.get(name="李白").character == LI_BAI.character


def test_casting_again_replaces_the_copy_and_keeps_the_persona() -> None:
    study = cast(CORIOLANUS)
    before, digest = study.personas.get(code="Coriolanus"), study.character_sheets.get().digest
    cast(Part(Character("Coriolanus", "You are proud."), (), PAIRS), study=study)
    after = study.personas.get(code="Coriolanus")
    assert after == before
    assert after.character == study.character_sheets.get()
    assert study.character_sheets.get().description == "You are proud."
    assert study.character_sheets.get().digest != digest


def test_a_frozen_study_accepts_no_character_and_changes_none() -> None:
    study = cast(CORIOLANUS)
    freeze_study(study)
    with pytest.raises(NotCast, match=r"frozen .* Copy it to change it\."):
        cast(LI_BAI, Part(Character("Coriolanus", "You are proud.")), study=study)
    assert [sheet.description for sheet in study.character_sheets.all()] == ["You are a Roman general."]


def test_the_code_is_the_name_unless_another_persona_has_it() -> None:
    study = make_study()
    study.personas.create(code="Coriolanus", source=Persona.Source.LISTED, features={})
    cast(CORIOLANUS, Part(Character("X" * 60, "You are long.")), study=study)
    codes = study.personas.filter(source=Persona.Source.CHARACTER).values_list("code", flat=True)
    assert set(codes) == {"Coriolanus-2", "X" * 40}


def test_a_copy_of_the_study_has_copies_of_the_characters() -> None:
    study = cast(CORIOLANUS)
    copy = copy_study(study)
    copied = copy.personas.get(code="Coriolanus").character
    assert copied is not None
    assert copied.study == copy
    assert copied.pk != study.character_sheets.get().pk
    assert copied.digest == CORIOLANUS.digest


def test_the_database_holds_no_character_without_a_sheet_and_no_sheet_on_a_person() -> None:
    study = cast(CORIOLANUS)
    with pytest.raises(IntegrityError):
        study.personas.filter(code="Coriolanus").update(source=Persona.Source.LISTED)


def test_pages_say_who_the_character_is() -> None:
    study = cast(CORIOLANUS)
    assert persona_sentence(study.personas.get(code="Coriolanus")) == "Coriolanus. You are a Roman general."
