"""Symptoms of role flips: the inquirer helps instead of asking, or the responder asks for help."""

from analysis.statistics.health.symptom import Symptom, in_responses, in_utterances
from dialogue.role_flips import asks_for_help, helps

_CAMEL = "“role flipping” in CAMEL (Li et al. 2023)"

SYMPTOMS = (
    Symptom(
        "inquirer-helps",
        "role flip: the inquirer helps",
        "utterances",
        "The utterance offers help, introduces an answer (“Here are the steps”) or speaks as an assistant (“As an AI”).",
        in_utterances(lambda _, utterance: helps(utterance)),
        _CAMEL,
        is_english=True,
    ),
    Symptom(
        "responder-asks",
        "role flip: the responder asks",
        "responses",
        "The response asks for help or an explanation (“Can you help me”, “How do I”, “I want to know”).",
        in_responses(lambda _, response: asks_for_help(response)),
        _CAMEL,
        is_english=True,
    ),
)
