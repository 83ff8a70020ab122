"""Which turns a judge is asked about, and that repeating a request adds only what is missing."""

import pytest

from characters.models import TurnJudging, TurnScore
from characters.refusals import CharacterRefused
from studies.models import CharacterSheet, Dialogue, Study
from tests.analysis.drift.factories import let_play, make_study_with_characters, speak
from tests.characters.turn_judging.factories import ask, run
from tests.factories import make_dialogues, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Two dialogues in which Coriolanus asks, and in one of which Menenius answers; all others are without characters."""
    study = make_study_with_characters()
    run = make_run(study)
    first, second, *_ = make_dialogues(list(run.simulations.select_related("run__study", "persona", "goal")), turns=0)
    for dialogue in (first, second):
        let_play(dialogue, "Coriolanus", "dialogue")
        speak(dialogue, [("Speak!", "I see."), ("Go on.", " "), ("Enough.", "")])
    let_play(second, "MENENIUS", "dialogue", "responder")
    return study


def asked_about() -> list[tuple[int, str, int]]:
    first = Dialogue.objects.order_by("pk")[0].pk
    scores = TurnScore.objects.order_by("dialogue", "speaker", "position")
    return [(score.dialogue_id - first, score.speaker, score.position) for score in scores]


def test_every_turn_in_which_a_character_says_something_is_scored(study: Study) -> None:
    ask(study)
    asks = [(dialogue, "inquirer", position) for dialogue in (0, 1) for position in (0, 1, 2)]
    assert asked_about() == [*asks, (1, "responder", 0)]


def test_repeating_a_request_adds_only_what_is_missing(study: Study) -> None:
    some = ask(study, most=1)
    drawn = set(asked_about())
    assert len(drawn) == 3
    run(some)
    more = ask(study, most=2)
    assert (more.pk, more.state) == (some.pk, TurnJudging.State.PAUSED)
    assert drawn < set(asked_about())
    assert len(asked_about()) == 5
    assert ask(study, most=1).scores.count() == 5
    assert ask(study, "stumbler").pk != some.pk


def test_another_description_is_another_judging_and_another_character_is_not(study: Study) -> None:
    before = ask(study)
    CharacterSheet.objects.create(study=study, name="VIRGILIA", description="You are his wife.", digest="1")
    assert ask(study).pk == before.pk
    assert "VIRGILIA" in ask(study).configuration["descriptions"]
    CharacterSheet.objects.filter(name="Coriolanus").update(description="You are meek.")
    assert ask(study).pk != before.pk


def test_what_people_took_part_in_and_what_has_not_ended_is_not_scored(study: Study) -> None:
    first, second, *_ = Dialogue.objects.order_by("pk")
    Dialogue.objects.filter(pk=first.pk).update(kind=Dialogue.Kind.NATURAL)
    Dialogue.objects.filter(pk=second.pk).update(ended_at=None, ending="")
    with pytest.raises(CharacterRefused, match="There is nothing to score"):
        ask(study)
    assert not TurnJudging.objects.exists()


@pytest.mark.parametrize(
    ("judge", "most", "sentence"),
    [
        ("nobody", None, "There is no model 'nobody'"),
        ("strict", None, "Model 'strict' is a guard and cannot score turns."),
        ("steady", 0, "Choose at least 1 turn of each dialogue"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    study: Study, judge: str, most: int | None, sentence: str
) -> None:
    with pytest.raises(CharacterRefused, match=sentence):
        ask(study, judge, most)
    assert not TurnJudging.objects.exists()
