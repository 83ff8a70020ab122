"""How much a turn is written like a character: a linear classifier of words, against neutral text and other characters.

For each character a logistic regression on tf-idf weights of words, punctuation marks and pairs of them (in Chinese, of runs of
one to three characters) tells its turns from all others. Its log odds are the score, in a unit with a meaning: 0 is the mean of
neutral texts, 1 the mean of the character's own turns.

No text is scored by a classifier that has learned from it: a hash of the text puts it into one of five parts, and the
classifier of a part learns from the other four. So a turn of the script that a model quotes is judged as a new one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from analysis.statistics.drift.played import Reference
from rolellm.languages import Language, length

NEUTRAL = "neutral text"
"""The name of the class that is no character."""
PARTS = 5
MOST_TURNS = 300
"""Turns of a character that are learned from, evenly spread over its script."""
FEWEST_TURNS = 20
MOST_KEPT = 4096
"""Texts whose features are kept: each text is learned from in four parts and scored in the fifth."""
SHORTEST: Mapping[Language, int] = {"en": 4, "zh": 6}
"""Words, in Chinese characters, of the shortest turn with a score: shorter ones hardly have a style."""
LEAST_AUC = 0.8
"""Below this a character's style is too close to neutral text to be followed."""
_SHARE_OF_NEUTRAL = 0.9
"""The weight of neutral texts among all that is not the character, whose share is one half: models drift towards them, while
other characters of the same script share its language."""
_TOKEN = r"\w+(?:['’]\w+)*|[^\w\s]"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Scale:
    """The mean log odds of neutral texts and of the character's own turns, and how well these two are told apart."""

    neutral: float
    own: float
    auc: float


class Style:
    """The styles of some characters who speak the same language."""

    def __init__(self, references: Sequence[Reference], neutral: Sequence[str], language: Language) -> None:
        """Learn the styles of the characters with enough turns; the others have no scores."""
        self.language = language
        self._features = lru_cache(MOST_KEPT)(_features(language))
        texts = {one.name: self._learned(one.turns)[:MOST_TURNS] for one in references}
        self.names = [name for name, turns in texts.items() if len(turns) >= FEWEST_TURNS]
        known = {name: texts[name] for name in self.names} | {NEUTRAL: self._learned(neutral)}
        with threadpool_limits(1):
            self._parts = [self._train(known, part) for part in range(PARTS)] if self._can_learn(known) else []
            self._scales = {name: self._scale(known, name) for name in self.names} if self._parts else {}

    def auc(self, name: str) -> float | None:
        """Return how often a turn of the character scores above a neutral text; None if it has too few turns."""
        return self._scales[name].auc if name in self._scales else None

    def problem(self, name: str) -> str:
        """Return why drift of this character's style cannot be measured, as a sentence; empty if it can."""
        auc = self.auc(name)
        if auc is None:
            return (
                f"The style of {name} cannot be scored: that needs at least {FEWEST_TURNS} different turns of the character, "
                f"each of at least {SHORTEST[self.language]} {'words' if self.language == 'en' else 'characters'}."
            )
        if auc < LEAST_AUC:
            return (
                f"The style of {name} is too close to neutral text (AUC {auc:.2f}, needed {LEAST_AUC}): "
                "its drift cannot be measured."
            )
        return ""

    def scores(self, name: str, texts: Sequence[str]) -> Floats:
        """Return each text's score for the character: about 1 for its own turns, 0 for neutral text. NaN for short texts."""
        if name not in self._scales:
            return np.full(len(texts), np.nan)
        scale = self._scales[name]
        return (self._log_odds(texts)[:, self._classes.index(name)] - scale.neutral) / (scale.own - scale.neutral)

    def nearest(self, texts: Sequence[str]) -> list[str | None]:
        """Return the character that each text is most like, or NEUTRAL; None for short texts."""
        odds = self._log_odds(texts)
        return [None if np.isnan(row).any() else self._classes[int(np.argmax(row))] for row in odds]

    @property
    def _classes(self) -> list[str]:
        return [*self.names, NEUTRAL]

    def _learned(self, turns: Sequence[str]) -> list[str]:
        """Return the different turns that are long enough, in an order that takes any first part of it from all over them."""
        found = [text for text in dict.fromkeys(map(_normal, turns)) if self._is_long(text)]
        return sorted(found, key=lambda text: crc32(text[::-1].encode()))

    def _is_long(self, text: str) -> bool:
        return length(text, self.language) >= SHORTEST[self.language]

    def _can_learn(self, known: Mapping[str, Sequence[str]]) -> bool:
        return bool(self.names) and len(known[NEUTRAL]) >= FEWEST_TURNS

    def _train(self, known: Mapping[str, Sequence[str]], part: int) -> "_Part":
        """Learn from everything outside the part."""
        texts, of = [], []
        for name, turns in known.items():
            kept = [text for text in turns if _part_of(text) != part]
            texts += kept
            of += [name] * len(kept)
        vectorizer = TfidfVectorizer(analyzer=self._features, min_df=2, sublinear_tf=True)
        vectors, labels = vectorizer.fit_transform(texts), np.array(of)
        return _Part(vectorizer, [_classifier(vectors, labels, name) for name in self._classes])

    def _log_odds(self, texts: Sequence[str]) -> Floats:
        """Return (texts, classes)."""
        found = np.full((len(texts), len(self._classes)), np.nan)
        normal = [_normal(text) for text in texts]
        part_of = [_part_of(text) if self._is_long(text) else None for text in normal]
        for number, part in enumerate(self._parts):
            chosen = [index for index, of in enumerate(part_of) if of == number]
            if chosen:
                found[chosen] = part.log_odds([normal[index] for index in chosen])
        return found

    def _scale(self, known: Mapping[str, Sequence[str]], name: str) -> _Scale:
        column = self._classes.index(name)
        own, neutral = (self._log_odds(known[one])[:, column] for one in (name, NEUTRAL))
        labels = [True] * len(own) + [False] * len(neutral)
        auc = roc_auc_score(labels, np.concatenate([own, neutral]))
        return _Scale(float(neutral.mean()), float(own.mean()), float(auc))


@dataclass(frozen=True, slots=True)
class _Part:
    """The classifiers of a part, one for each class."""

    vectorizer: TfidfVectorizer
    classifiers: Sequence[LogisticRegression]

    def log_odds(self, texts: Sequence[str]) -> Floats:
        vectors = self.vectorizer.transform(texts)
        return np.column_stack([one.decision_function(vectors) for one in self.classifiers])


def _normal(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def _part_of(text: str) -> int:
    return crc32(text.casefold().encode()) % PARTS


def _features(language: Language) -> Callable[[str], list[str]]:
    """Return the function that finds the features of a text."""
    kind = (
        {"token_pattern": _TOKEN, "ngram_range": (1, 2)}
        if language == "en"
        else {"analyzer": "char", "ngram_range": (1, 3)}
    )
    found: Callable[[str], list[str]] = TfidfVectorizer(lowercase=False, **kind).build_analyzer()
    return found


def _classifier(vectors: csr_matrix, labels: NDArray[np.str_], name: str) -> LogisticRegression:
    return LogisticRegression(C=1.0, solver="liblinear").fit(vectors, labels == name, _weights(labels, name))


def _weights(labels: NDArray[np.str_], name: str) -> Floats:
    """Return a weight for each text: the class and all others together weigh the same."""
    present, counts = np.unique(labels, return_counts=True)
    others = [one for one in present if one not in (name, NEUTRAL)]
    shares = {one: (1 - _SHARE_OF_NEUTRAL) / len(others) for one in others} | {NEUTRAL: _SHARE_OF_NEUTRAL}
    shares[name] = sum(share for one, share in shares.items() if one != name)
    of_each = np.array([shares[one] for one in present]) / counts
    weights: Floats = of_each[np.searchsorted(present, labels)] * len(labels) / shares[name] / 2
    return weights
