"""Courtesies that simulated users overdo: thanks, apologies and endless farewells. English words only."""

from collections.abc import Iterator

from analysis.statistics.health.symptom import Observation, Symptom, in_utterances
from analysis.statistics.spoken import SpokenDialogue
from analysis.statistics.wording import are_neighbours, is_apologising, is_closing, is_thanking

_USI = "excessive cooperativeness: USI (Zhou et al. 2026)"


def _farewell_loop(dialogue: SpokenDialogue) -> Iterator[Observation]:
    closings = {turn for turn, utterance in enumerate(dialogue.utterances) if is_closing(utterance)}
    if dialogue.turns:
        yield None, float(are_neighbours(closings))


SYMPTOMS = (
    Symptom(
        "thanks",
        "thanks",
        "utterances",
        "The utterance contains thanks.",
        in_utterances(lambda _, utterance: is_thanking(utterance)),
        _USI,
        is_english=True,
    ),
    Symptom(
        "apologies",
        "apologies",
        "utterances",
        "The utterance contains an apology.",
        in_utterances(lambda _, utterance: is_apologising(utterance)),
        _USI,
        is_english=True,
    ),
    Symptom(
        "farewell-loop",
        "farewell loop",
        "dialogues",
        "At least two utterances in a row only thank or say goodbye, and ask nothing.",
        _farewell_loop,
        "“infinite loop of messages” in CAMEL (Li et al. 2023)",
        is_english=True,
    ),
)
