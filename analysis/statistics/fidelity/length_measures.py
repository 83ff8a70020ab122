"""Measures of how much is said: lengths, turns, diversity, and how the goal is revealed."""

from collections.abc import Iterator
from itertools import chain

from analysis.statistics.fidelity.measure import Measure, Value, of_dialogues, of_utterances
from analysis.statistics.spoken import SpokenDialogue
from analysis.statistics.wording import content_words, similarity
from dialogue.lexical import words

WINDOW = 25
"""Window of the moving average, in words: most openings have about as many."""


def moving_diversity(text: list[str]) -> float | None:
    """Return the moving-average type-token ratio over WINDOW words, or the plain ratio of a shorter text; None without words.

    Unlike the plain ratio it hardly depends on the length of the text (Covington and McFall 2010).
    """
    if not text:
        return None
    size = min(WINDOW, len(text))
    windows = [len(set(text[start : start + size])) / size for start in range(len(text) - size + 1)]
    return sum(windows) / len(windows)


def _turns(dialogue: SpokenDialogue) -> Iterator[Value]:
    yield None, float(len(dialogue.turns))


def _diversity(dialogue: SpokenDialogue) -> float | None:
    return moving_diversity(list(chain.from_iterable(map(words, dialogue.utterances))))


def _revealed(dialogue: SpokenDialogue) -> Iterator[Value]:
    """Yield the share of the goal's content words that each utterance is the first to mention."""
    goal = content_words(dialogue.goal)
    left = set(goal)
    for turn, utterance in enumerate(dialogue.utterances if goal else (), start=1):
        mentioned = left & content_words(utterance)
        left -= mentioned
        yield turn, len(mentioned) / len(goal)


MEASURES = (
    Measure(
        "length",
        "utterance length",
        "utterances",
        "Number of words of the utterance.",
        of_utterances(lambda _, utterance: len(words(utterance))),
        "SDialog (mean turn length)",
    ),
    Measure("turns", "number of turns", "dialogues", "Number of turns of the dialogue, 0 included.", _turns),
    Measure(
        "opening",
        "opening’s similarity to the goal",
        "dialogues",
        "Cosine similarity of the word counts of the first utterance and the goal.",
        of_dialogues(lambda dialogue: similarity(dialogue.utterances[0], dialogue.goal)),
    ),
    Measure(
        "diversity",
        "lexical diversity",
        "dialogues",
        f"Moving-average type-token ratio of the dialogue’s utterances, over windows of {WINDOW} words.",
        of_dialogues(_diversity),
        "Covington and McFall 2010",
    ),
    Measure(
        "revealed",
        "information revealed per turn",
        "utterances",
        "Share of the goal’s content words that the utterance is the first to mention.",
        _revealed,
        "information pattern: USI (Zhou et al. 2026)",
        is_english=True,
        is_share=True,
    ),
)
