"""Runs whose inquirer plays Coriolanus, with a known drift into neutral text."""

from typing import Any

from numpy.random import default_rng

from rolellm.elicitation import Character, Elicitation
from rolellm.pairs import Pair
from simulation.models import Run
from studies.characters import Part, cast_characters
from studies.models import Dialogue, Study, Turn
from tests.analysis.statistics.drift.made_up import made_up, play
from tests.factories import make_dialogues, make_run, make_study

CATCHPHRASE = "You common cry of curs!"


def make_study_with_characters(goal_count: int = 2) -> Study:
    """Store a study with two characters of the play, who say in its pairs what they say in the script."""
    study = make_study(goal_count=goal_count, persona_count=0)
    cast_characters(study, [_part(name) for name in ("Coriolanus", "MENENIUS")])
    return study


def make_played_run(
    study: Study | None = None, *, way: Elicitation = "dialogue", neutral_from: int | None = 3, seeds: int = 6
) -> Run:
    """Store a run of ended dialogues with Coriolanus about the study's goals, which drift from the turn ``neutral_from``."""
    study = study or make_study_with_characters()
    run = make_run(study, seeds=tuple(range(seeds)), state=Run.State.FINISHED)
    run.configuration |= {"elicitation": way}
    run.save()
    run.simulations.exclude(persona__code="Coriolanus").delete()
    dialogues = make_dialogues(list(run.simulations.select_related("run__study", "persona", "goal")), turns=0)
    said = made_up(len(dialogues), default_rng(len(dialogues)), neutral_from=neutral_from)
    for dialogue, played in zip(dialogues, said, strict=True):
        let_play(dialogue, "Coriolanus", way)
        speak(dialogue, [(text, "I see.") for text in played.turns])
    return run


def let_play(dialogue: Dialogue, name: str, way: str, speaker: str = "inquirer") -> None:
    """Record that the speaker plays a character."""
    described: dict[str, Any] = getattr(dialogue, speaker)
    setattr(dialogue, speaker, described | {"character": {"name": name, "elicitation": way}})
    dialogue.save()


def speak(dialogue: Dialogue, said: list[tuple[str, str]]) -> None:
    """Store these utterances and responses as the dialogue's turns."""
    Turn.objects.bulk_create(
        Turn(dialogue=dialogue, position=position, utterance=utterance, response=response)
        for position, (utterance, response) in enumerate(said)
    )


def _part(name: str) -> Part:
    pairs = [Pair(number, "What do you say?", answer) for number, answer in enumerate(play()[name].turns)]
    return Part(Character(name, f"You are {name}."), (CATCHPHRASE,), pairs)
