"""Repetition within a dialogue: of the opening, of the previous utterance, of one sentence."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from analysis.statistics.health.symptom import Observation, Symptom
from analysis.statistics.spoken import SpokenDialogue
from analysis.statistics.wording import sentences, similarity

ALIKE = 0.9
"""Cosine similarity of word counts from which an utterance repeats another; a changed word in ten is allowed."""
SHORTEST, TURNS = 4, 3
"""Words of the shortest sentence that counts, and the number of utterances that must contain it."""


def _opening_again(dialogue: SpokenDialogue) -> Iterator[Observation]:
    for turn, utterance in enumerate(dialogue.utterances[1:], start=2):
        yield turn, float(similarity(utterance, dialogue.utterances[0]) >= ALIKE)


def _previous_again(dialogue: SpokenDialogue) -> Iterator[Observation]:
    for turn, (previous, utterance) in enumerate(pairwise(dialogue.utterances), start=2):
        yield turn, float(similarity(utterance, previous) >= ALIKE)


def _one_sentence(dialogue: SpokenDialogue) -> Iterator[Observation]:
    counts = Counter(sentence for utterance in dialogue.utterances for sentence in sentences(utterance, SHORTEST))
    if len(dialogue.turns) >= TURNS:
        yield None, float(any(count >= TURNS for count in counts.values()))


SYMPTOMS = (
    Symptom(
        "repeats-opening",
        "repeats the opening",
        "utterances",
        f"A later utterance has the opening’s words: cosine similarity of word counts of at least {ALIKE}.",
        _opening_again,
    ),
    Symptom(
        "repeats-previous",
        "repeats the previous utterance",
        "utterances",
        f"A later utterance has the words of the one before it: cosine similarity of word counts of at least {ALIKE}.",
        _previous_again,
    ),
    Symptom(
        "repeats-sentence",
        "one sentence over three turns",
        "dialogues",
        f"A sentence of at least {SHORTEST} words occurs in at least {TURNS} utterances. Only dialogues of at least {TURNS} "
        "turns count.",
        _one_sentence,
    ),
)
