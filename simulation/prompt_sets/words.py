"""A prompt set's rules in words."""

from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.system_text import SystemWay

READINGS = {
    "quoted": "the first text in straight double quotes (the paper’s way)",
    "whole": "the whole output",
    "marked": "the text between two marks",
    "json": "the field “message” of a JSON object",
}
STOPS = {
    "edge": "the stop token is the first or the last word (the paper’s rule)",
    "anywhere": "the stop token is any word of the output",
    "field": "the field “finished” of the JSON object is true",
    "own": "the model ends its output with the stop token, its own control token",
}
ROLES = {
    "assistant": "the assistant (the paper’s way)",
    "user": "the user, for a model that was trained to write the human’s side",
}
SYSTEM_WAYS: dict[SystemWay, str] = {
    "message": "as a message with the role “system”",
    "first_user": "before the first user message",
    "none": "left out",
}


def rules_in_words(prompts: AnyPrompts) -> list[tuple[str, str]]:
    """Return the names and values of the set's rules; none for a responder, whose whole output is the response."""
    if not isinstance(prompts, PromptSet):
        return []
    system = SYSTEM_WAYS[prompts.system] if prompts.system else "as the model’s chat template requires"
    return [
        ("Utterance", _reading(prompts)),
        ("End", _stop(prompts)),
        ("Speaks as", ROLES[prompts.speaks_as]),
        ("System text", system),
    ]


def _reading(prompts: PromptSet) -> str:
    reading = prompts.reading
    if reading.way == "marked":
        return f"the text between “{reading.begin}” and “{reading.end}”"
    return READINGS[reading.way]


def _stop(prompts: PromptSet) -> str:
    words = STOPS[prompts.stop.rule].replace("the stop token", f"“{prompts.stop.token}”")
    beside = "; the text beside it is sent as the last utterance" if prompts.stop.sends_rest else ""
    return words + beside
