"""The synthetic study: its participants, runs and dialogues."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import F

from collection.models import Participant, Recruitment
from dialogue import goals, personas
from evaluation.rehearsal.topics import Said, load_topics
from evaluation.rehearsal.voices import Voice, ask_as_model, ask_as_person, draw_manner, load_voices
from simulation.models import Run, Simulation
from simulation.run_identity import identify
from studies.models import Dialogue, Goal, Persona, Study, Turn
from studies.search.indexing import index_study
from studies.services import freeze_study, paper_questionnaire

LABEL = "synthetic, for rehearsing"
CHATBOT = "rehearsed-chatbot"
SEED = 73
TITLE = "Rehearsal: synthetic data for trying out judging and analysis"
DESCRIPTION = (
    "Synthetic data for trying out the software: no people and no models took part. Participants, dialogues and judgements are "
    "made from templates, so that you can try judging and analysis before you have data. The results mean nothing."
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An unsaved dialogue with its turns."""

    dialogue: Dialogue
    said: list[Said]


def fill_study(study: Study, now: datetime) -> None:
    """Add the paper's goals, twenty finished participants, and a finished run of each model with the same personas."""
    Goal.objects.bulk_create(
        Goal(study=study, number=goal.number, domain=goal.domain, text=goal.text) for goal in goals.load_listed()
    )
    Recruitment.objects.create(study=study)
    people = _enrol(study, now)
    spoken = [*_natural(study, people), *(one for voice in load_voices() for one in _simulated(study, voice, now))]
    _store(study, spoken)
    _add_runs(study)
    freeze_study(study)


def study_defaults() -> dict[str, Any]:
    """Return the fields of the study."""
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "chatbot": CHATBOT,
        "questionnaire": paper_questionnaire(),
        "is_public": True,
    }


def _enrol(study: Study, now: datetime) -> list[Participant]:
    """Add participants with the personas of the paper's list, who took part one after the other in the days before ``now``."""
    collected = Persona.objects.bulk_create(
        Persona(study=study, code=f"p-{number:03}", source=Persona.Source.PARTICIPANT, features=dict(listed.features))
        for number, listed in enumerate(personas.load_listed(), start=1)
    )
    order = list(study.goals.values_list("number", flat=True))
    return Participant.objects.bulk_create(
        Participant(
            study=study,
            state=Participant.State.FINISHED,
            persona=persona,
            consented_at=(came := now - timedelta(days=9, minutes=-150 * index)),
            consent_version=study.consent_version,
            goal_order=order,
            last_seen_at=came + timedelta(minutes=len(order) * 6 + 5),
            ended_at=came + timedelta(minutes=len(order) * 6 + 5),
        )
        for index, persona in enumerate(collected)
    )


def _natural(study: Study, people: list[Participant]) -> Iterator[Spoken]:
    for person, persona in zip(people, study.personas.order_by("code"), strict=True):
        manner = draw_manner(Random(f"{SEED}/{persona.code}"))
        for position, goal in enumerate(study.goals.all(), start=1):
            draw = Random(f"{SEED}/{persona.code}/{goal.number}")
            dialogue = _dialogue(study, persona, goal, Dialogue.Kind.NATURAL)
            dialogue.ending = "next_goal"
            dialogue.ended_at = person.consented_at + timedelta(minutes=5 + 6 * position)
            yield Spoken(dialogue, ask_as_person(load_topics()[goal.number], manner, draw))


def _simulated(study: Study, voice: Voice, now: datetime) -> Iterator[Spoken]:
    goals_of_study = list(study.goals.all())
    for persona in study.personas.order_by("code"):
        for goal in goals_of_study:
            draw = Random(f"{SEED}/{voice.name}/{persona.code}/{goal.number}")
            dialogue = _dialogue(study, persona, goal, Dialogue.Kind.SIMULATED)
            dialogue.inquirer, dialogue.seed = _speaker(voice.name), SEED
            dialogue.ending = draw.choice(voice.failures) if draw.random() < 0.1 else "goal_reached"
            dialogue.ended_at = now - timedelta(days=4)
            yield Spoken(dialogue, ask_as_model(load_topics()[goal.number], voice, draw))


def _dialogue(study: Study, persona: Persona, goal: Goal, kind: Dialogue.Kind) -> Dialogue:
    return Dialogue(
        study=study,
        goal=goal,
        persona=persona,
        persona_sentence=personas.describe(persona.features),
        kind=kind,
        responder=_speaker(CHATBOT),
    )


def _store(study: Study, spoken: list[Spoken]) -> None:
    Dialogue.objects.bulk_create([one.dialogue for one in spoken])
    Turn.objects.bulk_create(
        Turn(dialogue=one.dialogue, position=position, utterance=prompt, response=answer)
        for one in spoken
        for position, (prompt, answer) in enumerate(one.said)
    )
    index_study(study)
    Dialogue.objects.filter(study=study).update(started_at=F("ended_at") - timedelta(minutes=5))


def _add_runs(study: Study) -> None:
    for voice in load_voices():
        configuration = {
            "inquirer": _speaker(voice.name),
            "responder": _speaker(CHATBOT),
            "max_turns": 12,
            "features": "all",
        }
        run = Run.objects.create(
            study=study,
            inquirer=voice.name,
            responder=CHATBOT,
            configuration=configuration,
            identity=identify(configuration),
            state=Run.State.FINISHED,
        )
        Simulation.objects.bulk_create(
            Simulation(
                run=run,
                persona_id=one.persona_id,
                goal_id=one.goal_id,
                seed=SEED,
                dialogue=one,
                finished_at=one.ended_at,
                ending=one.ending,
            )
            for one in study.dialogues.filter(inquirer__model=voice.name)
        )


def _speaker(name: str) -> dict[str, Any]:
    """Return the description of a synthetic model."""
    return {"model": name, "label": LABEL, "fingerprint": "synthetic"}
