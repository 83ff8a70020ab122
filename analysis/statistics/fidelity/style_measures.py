"""Measures of how it is said: questions, politeness, punctuation, case and spelling."""

from collections.abc import Callable

from analysis.statistics.fidelity.measure import Measure, of_dialogues, of_utterances
from analysis.statistics.fidelity.spelling import misspelt_share
from analysis.statistics.spoken import ENGLISH, SpokenDialogue
from analysis.statistics.wording import has_question_mark, is_polite, is_question

_FINAL = (".", "!", "?", "。", "！", "？", "…", ":", ";")
_USI = "communication style: USI (Zhou et al. 2026)"


def _rate(name: str, label: str, definition: str, holds: Callable[[str], bool], *, is_english: bool = False) -> Measure:
    take = of_utterances(lambda _, utterance: float(holds(utterance)))
    return Measure(name, label, "utterances", definition, take, _USI, is_english, is_share=True)


def _begins_with_capital(utterance: str) -> bool:
    """Return whether the first letter is a capital; scripts without case have none."""
    first = next((character for character in utterance if character.isalpha()), "")
    return first.isupper()


def _ends_with_mark(utterance: str) -> bool:
    return utterance.rstrip("\"'”’)] \n\t").endswith(_FINAL)


def misspellings(language: str) -> Measure:
    """Return the typo rate by the dictionary of the language."""

    def share(dialogue: SpokenDialogue) -> float | None:
        return misspelt_share("\n".join(dialogue.utterances), dialogue.goal, language)

    definition = (
        "Share of the dialogue’s words that are neither in a dictionary nor in the goal; code, names and words with digits are "
        "left out."
    )
    return Measure("typos", "typo rate", "dialogues", definition, of_dialogues(share), is_share=True)


ENGLISH_QUESTIONS = _rate(
    "questions",
    "question rate",
    "The utterance has a question mark or begins as an English question does (“what”, “can”).",
    is_question,
    is_english=True,
)
QUESTION_MARKS = _rate("questions", "question rate", "The utterance has a question mark.", has_question_mark)
POLITENESS = _rate(
    "politeness",
    "politeness rate",
    "The utterance contains thanks, an apology, “please”, “could you” or “would you”.",
    is_polite,
    is_english=True,
)
PUNCTUATION = _rate("punctuation", "final punctuation", "The utterance ends with a punctuation mark.", _ends_with_mark)
CAPITALS = _rate("capitals", "initial capital", "The utterance’s first letter is a capital.", _begins_with_capital)


def style_measures(language: str) -> list[Measure]:
    """Return the measures of style that are defined for the language, without the typo rate."""
    if language == ENGLISH:
        return [ENGLISH_QUESTIONS, POLITENESS, PUNCTUATION, CAPITALS]
    return [QUESTION_MARKS, PUNCTUATION, CAPITALS]
