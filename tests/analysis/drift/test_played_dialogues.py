"""Dialogues in which characters are played, as they are read for the measurement of drift."""

import pytest
from numpy.random import default_rng

from analysis.drift import played_dialogues
from analysis.drift.played_dialogues import known_by, known_characters, read_played
from analysis.statistics.drift.played import Played
from studies.models import CharacterSheet, Dialogue
from tests.analysis.drift.factories import CATCHPHRASE, let_play, make_study_with_characters, speak
from tests.analysis.statistics.drift.made_up import play
from tests.factories import make_character, make_dialogue, make_dialogues, make_run

pytestmark = pytest.mark.django_db


def read() -> list[Played]:
    return list(read_played(Dialogue.objects.all(), default_rng(1)))


def test_each_speaker_that_plays_a_character_is_a_part_with_its_own_texts() -> None:
    dialogue = make_dialogue(turns=0)
    let_play(dialogue, "Coriolanus", "few-shot")
    let_play(dialogue, "Menenius", "dialogue", "responder")
    speak(dialogue, [("Speak!", "I shall."), ("Go.", "")])
    goal = dialogue.goal.text
    assert read() == [
        Played("Coriolanus", "inquirer tiny, few-shot elicitation", ("Speak!", "Go."), goal),
        Played("Menenius", "responder tiny, dialogue elicitation", ("I shall.",), goal),
    ]


def test_a_character_that_answers_people_is_another_way() -> None:
    dialogue = make_dialogue(turns=1)
    Dialogue.objects.update(kind=Dialogue.Kind.NATURAL)
    dialogue.refresh_from_db()
    let_play(dialogue, "Coriolanus", "dialogue", "responder")
    assert [one.way for one in read()] == ["responder tiny, dialogue elicitation, to people"]


def test_dialogues_without_characters_and_without_turns_are_left_out() -> None:
    cells = list(make_run().simulations.select_related("run__study", "persona", "goal"))
    _, silent = make_dialogues(cells[:2], turns=2)[0], make_dialogues(cells[2:3], turns=0)[0]
    let_play(silent, "Coriolanus", "dialogue")
    assert read() == []


def test_of_many_dialogues_a_random_sample_is_read_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(played_dialogues, "MOST", 2)
    monkeypatch.setattr(played_dialogues, "AT_ONCE", 1)
    cells = list(make_run().simulations.select_related("run__study", "persona", "goal"))
    for number, dialogue in enumerate(make_dialogues(cells, turns=0)):
        let_play(dialogue, "Coriolanus", "dialogue")
        speak(dialogue, [(f"Dialogue {number}.", "")])
    found = read()
    assert len(found) == 2 < len(cells)
    assert read() == found


def test_a_character_is_known_by_the_answers_of_its_pairs_and_its_catchphrases() -> None:
    [coriolanus, _] = known_characters(make_study_with_characters())
    assert coriolanus.turns == play()["Coriolanus"].turns
    assert coriolanus.catchphrases == (CATCHPHRASE,)
    assert not coriolanus.is_machine


def test_a_character_that_the_library_calls_a_machine_may_say_so() -> None:
    study = make_study_with_characters()
    before = known_by(study)
    make_character("Coriolanus", rounds=0, is_machine=True)
    assert known_characters(study)[0].is_machine
    assert known_by(study) != before


def test_what_is_known_changes_with_a_sheet() -> None:
    study = make_study_with_characters()
    before = known_by(study)
    CharacterSheet.objects.filter(name="MENENIUS").update(catchphrases=[])
    assert known_by(study) != before
