"""A participant's download of all their data on this site."""

from collections.abc import Iterable
from typing import Any

from collection.models import Participant
from studies.models import Dialogue, Generation, Persona, SurveyAnswer, Turn, Typing


def describe_participation(participant: Participant) -> dict[str, Any]:
    """Return the participant's answers and dialogues, ready for JSON, but not which chatbot a condition gave them."""
    persona = participant.persona
    return {
        "answers": persona.features if persona else {},
        "survey": [_survey_answer(answer) for answer in _survey_answers(persona)],
        "goal_order": participant.goal_order,
        "dialogues": [_dialogue(dialogue) for dialogue in _dialogues(participant)],
    }


def _survey_answers(persona: Persona | None) -> Iterable[SurveyAnswer]:
    return persona.survey_answers.exclude(value=None).select_related("goal") if persona else ()


def _survey_answer(answer: SurveyAnswer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "goal": answer.goal.text if answer.goal else None,
        "answer": answer.value,
        "answered_at": answer.answered_at,
    }


def _dialogues(participant: Participant) -> Any:
    return (
        participant.dialogues.select_related("goal")
        .prefetch_related("turns__generations", "turns__typing")
        .order_by("pk")
    )


def _dialogue(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "goal": dialogue.goal.text,
        "persona": dialogue.persona_sentence,
        **({} if dialogue.condition_id else {"chatbot": dialogue.responder.get("model", "")}),
        "started_at": dialogue.started_at,
        "ended_at": dialogue.ended_at,
        "ending": dialogue.ending,
        "not_sent": dialogue.draft,
        "turns": [_turn(turn) for turn in dialogue.turns.all()],
    }


def _turn(turn: Turn) -> dict[str, Any]:
    typing = getattr(turn, "typing", None)
    return {
        "you": turn.utterance,
        "chatbot": turn.response,
        "state": turn.get_state_display(),
        "sent_at": turn.created_at,
        "replies": [_reply(generation) for generation in turn.generations.all()],
        "typing": _typing(typing) if typing else None,
    }


def _reply(generation: Generation) -> dict[str, Any]:
    return {
        "text": generation.text,
        "state": generation.get_state_display(),
        "message": generation.message,
        "begun_at": generation.created_at,
        "ended_at": generation.ended_at,
    }


def _typing(typing: Typing) -> dict[str, Any]:
    return {name: getattr(typing, name) for name in Typing.MEASURES}
