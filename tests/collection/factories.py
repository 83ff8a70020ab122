"""Rows of participants and their dialogues, in every state that researchers see."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from collection.models import Participant, Recruitment
from collection.participation.enrolment import ChatEnrolment
from collection.participation.persona_form import answer_form
from dialogue.personas import describe
from enrolment.invitations import Invitation
from enrolment.landing import enrol
from studies.models import Dialogue, Generation, Goal, Persona, Study, Turn, Typing
from studies.services import paper_questionnaire
from tests.factories import UTTERANCES, make_speaker, make_study

FEATURES = {
    "age": "25 to 34",
    "race": "White",
    "gender": "Female",
    "education": "Master's degree",
    "native_english": "No",
}
REPLY = "Speed is distance over time."


def make_participant(
    study: Study, *, answers: dict[str, str] | None = FEATURES, seen_minutes_ago: float = 0, **fields: Any
) -> Participant:
    """Store a participant who is chatting unless ``fields`` change it; without ``answers`` the persona form is not filled
    in."""
    now = timezone.now()
    values: dict[str, Any] = {
        "state": Participant.State.ACTIVE,
        "consented_at": now - timedelta(minutes=seen_minutes_ago + 5),
        "consent_version": study.consent_version,
        "goal_order": [goal.number for goal in study.goals.all()],
        "last_seen_at": now - timedelta(minutes=seen_minutes_ago),
    }
    persona = None if answers is None else make_collected_persona(study, **answers)
    return Participant.objects.create(study=study, persona=persona, **values | fields)


def make_collected_persona(study: Study, **answers: str) -> Persona:
    """Store a persona as a participant's answers create it."""
    number = study.personas.filter(source=Persona.Source.PARTICIPANT).count() + 1
    return Persona.objects.create(
        study=study, code=f"p-{number:03}", source=Persona.Source.PARTICIPANT, features=answers
    )


def make_natural_dialogue(
    participant: Participant, *, goal: Goal | None = None, turns: int = 2, ending: str = ""
) -> Dialogue:
    """Store the participant's dialogue about the next goal; without ``ending`` it is in progress."""
    goal = goal or participant.study.goals.all()[participant.dialogues.count()]
    [dialogue] = make_natural_dialogues(participant, [goal], turns=turns, ending=ending)
    return dialogue


def make_natural_dialogues(
    participant: Participant, goals: Iterable[Goal], *, turns: int = 2, ending: str = ""
) -> list[Dialogue]:
    """Store the participant's dialogue about each goal, with few statements, because most tests begin with many."""
    dialogues = Dialogue.objects.bulk_create(_natural_dialogue(participant, goal, ending) for goal in goals)
    made = [_answered_turn(dialogue, position) for dialogue in dialogues for position in range(turns)]
    Turn.objects.bulk_create(made)
    Typing.objects.bulk_create(map(_typing, made))
    Generation.objects.bulk_create(_try(turn, attempt=0, text=turn.response) for turn in made)
    return dialogues


def _natural_dialogue(participant: Participant, goal: Goal, ending: str) -> Dialogue:
    assert participant.persona is not None
    return Dialogue(
        study=participant.study,
        goal=goal,
        persona=participant.persona,
        persona_sentence=describe(participant.persona.features),
        kind=Dialogue.Kind.NATURAL,
        responder=make_speaker("tiny", "llama-2-responder"),
        seed=73,
        ending=ending,
        ended_at=timezone.now() if ending else None,
    )


def make_answered_turn(dialogue: Dialogue, position: int, **fields: Any) -> Turn:
    """Store a turn that the chatbot answered at its first attempt, with typing measures; ``fields`` change the turn."""
    turn = _answered_turn(dialogue, position, **fields)
    turn.save()
    make_typing(turn)
    make_try(turn, text=turn.response)
    return turn


def _answered_turn(dialogue: Dialogue, position: int, **fields: Any) -> Turn:
    utterance = UTTERANCES[position % len(UTTERANCES)]
    values = {"utterance": utterance, "response": REPLY, "utterance_tokens": 9, "response_tokens": 6}
    return Turn(dialogue=dialogue, position=position, key=f"key-{position:05}", **values | fields)


def make_pending_turn(dialogue: Dialogue, *, utterance: str = "Are you still there?", **tried: Any) -> Turn:
    """Store a turn that is waiting for its reply; ``tried`` describes the chatbot's first attempt."""
    turn = Turn.objects.create(
        dialogue=dialogue,
        position=dialogue.turns.count(),
        utterance=utterance,
        state=Turn.State.PENDING,
        key=f"pending-{dialogue.turns.count()}",
    )
    make_try(turn, **{"state": Generation.State.STREAMING, "text": "Yes, I am"} | tried)
    return turn


def make_try(turn: Turn, **fields: Any) -> Generation:
    """Store one more attempt of the chatbot at the turn, complete unless ``fields`` change it."""
    made = _try(turn, **{"attempt": turn.generations.count()} | fields)
    made.save()
    return made


def _try(turn: Turn, **fields: Any) -> Generation:
    values: dict[str, Any] = {
        "state": Generation.State.COMPLETE,
        "owner": "server-1",
        "lease_until": timezone.now() + timedelta(seconds=15),
    }
    return Generation(turn=turn, **values | fields)


def make_typing(turn: Turn, **fields: Any) -> Typing:
    """Store how the turn was typed, with one paste."""
    typing = _typing(turn, **fields)
    typing.save()
    return typing


def _typing(turn: Turn, **fields: Any) -> Typing:
    values: dict[str, Any] = {"first_key_seconds": 1.5, "typing_seconds": 8.25, "pastes": 1, "pasted_characters": 40}
    return Typing(turn=turn, **values | fields)


def make_open_study(slug: str = "demo", *, goal_count: int = 2, **fields: Any) -> Study:
    """Store an open study with the paper's form; ``fields`` belong to the study or its recruitment."""
    study = make_study(slug, goal_count=goal_count, persona_count=0)
    recruiting = {name: fields.pop(name) for name in list(fields) if hasattr(Recruitment, name)}
    Study.objects.filter(pk=study.pk).update(**{"questionnaire": paper_questionnaire()} | fields)
    Recruitment.objects.create(study=study, **{"is_open": True} | recruiting)
    study.refresh_from_db()
    return study


def enrol_participant(study: Study | None = None, *, external_id: str = "", **answers: str) -> Participant:
    """Enrol a participant who has consented and filled in the form with FEATURES, changed by ``answers``, as the pages do."""
    participant = enrol(ChatEnrolment(study or make_open_study()), Invitation(external_id))
    answer_form(participant, FEATURES | answers)
    participant.refresh_from_db()
    return participant
