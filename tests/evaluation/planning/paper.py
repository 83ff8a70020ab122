"""A study of the paper's size in a moment: rows in bulk, all alike."""

from collections.abc import Iterable

from django.utils import timezone

from simulation.models import Run, Simulation
from studies.models import Dialogue, Persona, Study, Turn
from tests.factories import RESPONSE, UTTERANCES, make_run, make_speaker, make_study

MODELS = ("llama-2", "mixtral", "vicuna", "gpt-4")


def make_paper_study(slug: str = "paper", *, people: int = 20, goals: int = 10, turns: int = 6) -> Study:
    """Natural dialogues of so many people, and a finished run of each model over the same personas and goals."""
    study = make_study(slug, goal_count=goals, persona_count=0)
    Persona.objects.bulk_create(
        Persona(study=study, code=f"p-{number:03}", source=Persona.Source.PARTICIPANT, features={"age": "25 to 34"})
        for number in range(1, people + 1)
    )
    cells = [(persona, goal) for persona in study.personas.all() for goal in study.goals.all()]
    _talk(
        [Dialogue(persona=persona, goal=goal, kind="natural", ending="next_goal") for persona, goal in cells],
        study,
        turns,
    )
    for model in MODELS:
        _finish(make_run(study, inquirer=model, state=Run.State.FINISHED), turns)
    return study


def _finish(run: Run, turns: int) -> None:
    cells = list(run.simulations.select_related("persona", "goal"))
    dialogues = [
        Dialogue(persona=cell.persona, goal=cell.goal, kind="simulated", ending="goal_reached", seed=cell.seed)
        for cell in cells
    ]
    for cell, dialogue in zip(cells, _talk(dialogues, run.study, turns), strict=True):
        cell.dialogue, cell.finished_at, cell.ending = dialogue, dialogue.ended_at, dialogue.ending
    Simulation.objects.bulk_update(cells, ["dialogue", "finished_at", "ending"])


def _talk(dialogues: Iterable[Dialogue], study: Study, turns: int) -> list[Dialogue]:
    now, made = timezone.now(), []
    for dialogue in dialogues:
        dialogue.study, dialogue.ended_at, dialogue.responder = study, now, make_speaker("tiny", "llama-2-responder")
        made.append(dialogue)
    Dialogue.objects.bulk_create(made)
    Turn.objects.bulk_create(
        Turn(dialogue=dialogue, position=position, utterance=UTTERANCES[position % len(UTTERANCES)], response=RESPONSE)
        for dialogue in made
        for position in range(turns)
    )
    return made
