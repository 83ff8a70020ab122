"""What leaks from the instructions into the texts that are sent: marks, the stop token, the goal's and the persona's words."""

import re
from collections.abc import Iterator

from analysis.statistics.health.symptom import Observation, Symptom, in_responses, in_utterances
from analysis.statistics.spoken import SpokenDialogue
from analysis.statistics.wording import containment, content_words
from dialogue.leaked_marks import has_marks

PERSONA_WORDS = 2
"""Different words of the persona sentence that an utterance must contain: one alone, such as "old", is often chance."""
_OPENING, _CLOSING = "\"“„«'‘", "\"”“»'’"


def is_quoted(text: str) -> bool:
    """Return whether quotation marks surround the whole text, or a double one in it is unpaired."""
    said = text.strip()
    surrounds = len(said) > 1 and said[0] in _OPENING and said[-1] in _CLOSING and said[0] not in said[1:-1]
    return surrounds or said.count('"') % 2 == 1 or said.count("“") > said.count("”")


def has_stop_token(text: str, stop_token: str) -> bool:
    """Return whether the stop token, as given or capitalised, is in the text and not part of a word."""
    found = {stop_token, stop_token.capitalize()} if stop_token else set()
    return any(re.search(rf"(?<!\w){re.escape(token)}(?!\w)", text) for token in found)


def leaks_persona(dialogue: SpokenDialogue, utterance: str) -> bool:
    """Return whether the utterance contains PERSONA_WORDS content words of the persona sentence that the goal lacks."""
    revealing = content_words(dialogue.persona) - content_words(dialogue.goal)
    return len(revealing & content_words(utterance)) >= PERSONA_WORDS


def _parroting(dialogue: SpokenDialogue) -> Iterator[Observation]:
    """Yield how much of each utterance of at least three words is in the goal, word for word."""
    for turn, utterance in enumerate(dialogue.utterances, start=1):
        share = containment(utterance, dialogue.goal)
        if share is not None:
            yield turn, share


_MARKS_DEFINITION = (
    "The text contains a mark of a chat template, such as “[INST]” or “<|im_end|>”, is quoted as a whole, or has an unpaired "
    "quotation mark."
)
SYMPTOMS = (
    Symptom(
        "leaked-marks-utterances",
        "leaked marks (inquirer)",
        "utterances",
        _MARKS_DEFINITION,
        in_utterances(lambda dialogue, text: has_marks(text, dialogue.marks) or is_quoted(text)),
    ),
    Symptom(
        "leaked-marks-responses",
        "leaked marks (responder)",
        "responses",
        "The text contains a mark of a chat template, such as “[INST]” or “<|im_end|>”.",
        in_responses(lambda dialogue, text: has_marks(text, dialogue.marks)),
    ),
    Symptom(
        "leaked-stop",
        "leaked stop token",
        "utterances",
        "The utterance that was sent contains the stop token, as given or capitalised.",
        in_utterances(lambda dialogue, text: has_stop_token(text, dialogue.stop_token)),
    ),
    Symptom(
        "goal-parroting",
        "goal parroting",
        "utterances",
        "Share of the utterance’s three-word sequences that are also in the goal, averaged over utterances of at least three "
        "words.",
        _parroting,
        "containment (Broder 1997)",
    ),
    Symptom(
        "persona-leakage",
        "persona leakage",
        "utterances",
        f"The utterance contains at least {PERSONA_WORDS} different words of the persona sentence that are neither function "
        "words nor in the goal.",
        in_utterances(leaks_persona),
        is_english=True,
    ),
)
