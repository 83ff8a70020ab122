"""Runs with the chatbot of one of the study's conditions."""

from dataclasses import replace

from simulation.requests import RequestError, RunRequest
from studies.chatbots import chatbot_of
from studies.models import Study


def with_chatbot(request: RunRequest, study: Study, condition: str) -> RunRequest:
    """Return the request with the model, prompt set, sampling and character of the condition's chatbot as its responder.

    Raises RequestError.
    """
    if request.responder_prompts or request.responder_character or request.responder_sampling:
        raise RequestError(
            f"The condition {condition!r} brings its prompt set, sampling and character. Leave out your own.",
            "condition",
        )
    known = {one.name: one for one in study.conditions.all()}
    if condition not in known:
        names = f"Choose from: {', '.join(known)}." if known else "It has no conditions."
        raise RequestError(f"Study {study.slug!r} has no condition {condition!r}. {names}", "condition", condition)
    chosen = chatbot_of(study, known[condition])
    return replace(
        request,
        responder=chosen.model,
        responder_prompts=chosen.prompts,
        responder_character=chosen.character,
        responder_sampling=tuple(sorted(chosen.sampling.items())),
    )
