"""A classifier two-sample test: does a simple text classifier tell people from simulations (Lopez-Paz and Oquab 2017)?

Its cross-validated area under the ROC curve (AUC) is the probability that it finds the simulation among a random dialogue of a
person and a random simulated one: 0.5 is guessing, 1 means no errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import rankdata
from sklearn import config_context
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from analysis.statistics.fidelity.halves import FEWEST
from analysis.statistics.spoken import SpokenDialogue

HALVES, PERMUTATIONS, HALVES_EACH = 40, 40, 3
"""Random halves of the people; exchanges of labels, and random halves for each of them."""
TELLING = 12
"""How many words and pairs of words are named for each kind."""
_TOKEN = r"\w+(?:['’]\w+)*|[^\w\s]"
Labels = NDArray[np.bool_]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Separation:
    """How well a classifier tells simulations from people: the AUC with a 95% interval over people.

    ``chance``, ``chance_low`` and ``chance_high`` are the mean and the range of 95% of its AUCs if the labels of people and
    simulations are exchanged at random. ``human`` and ``artificial`` are the words and pairs of words most typical of each.
    ``reason`` says why there is no AUC.
    """

    auc: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    chance_low: float | None = None
    chance_high: float | None = None
    dialogues: int = 0
    human: tuple[str, ...] = ()
    artificial: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_told_apart(self) -> bool:
        """Return whether the classifier is better than with exchanged labels."""
        return self.auc is not None and self.chance_high is not None and self.auc > self.chance_high


@dataclass(frozen=True, slots=True)
class _Sample:
    """Texts as vectors, whether they are simulated, their person, and their block: all texts of one person of one kind."""

    vectors: csr_matrix
    is_simulated: Labels
    person: NDArray[np.intp]
    block: NDArray[np.intp]


def separate(
    natural: Sequence[SpokenDialogue],
    simulated: Sequence[SpokenDialogue],
    random: Generator,
    permutations: int = PERMUTATIONS,
) -> Separation:
    """Classify the dialogues about the goals that both have by the inquirer's words, and report how well that works.

    The features are tf-idf weights of words, punctuation marks and pairs of them, with their case; the classifier is a logistic
    regression. It learns from random halves of the people, with their simulations, and is tested on the other half, so that
    nobody is recognised by what they or their simulations said elsewhere. The AUC is the mean over such halves, its interval
    the range of 95% of them (see comparison.py).
    Labels are exchanged ``permutations`` times.
    """
    pools = _about_common_goals(natural, simulated), _about_common_goals(simulated, natural)
    if reason := _why_not(*pools):
        return Separation(reason=reason)
    dialogues = [*pools[0], *pools[1]]
    vectorizer = TfidfVectorizer(
        token_pattern=_TOKEN, lowercase=False, ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=20_000
    )
    sample = _sample(dialogues, vectorizer.fit_transform("\n".join(one.utterances) for one in dialogues))
    with threadpool_limits(1), config_context(assume_finite=True, skip_parameter_validation=True):
        found = [_auc_of_half(sample, sample.is_simulated, random) for _ in range(HALVES)]
        chance = _chance(sample, random, permutations)
        human, artificial = _telling(sample, vectorizer.get_feature_names_out())
    return Separation(
        float(np.mean(found)),
        *_range(found),
        float(np.mean(chance)),
        *_range(chance),
        len(dialogues),
        human,
        artificial,
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of 95% of the values."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _about_common_goals(one: Sequence[SpokenDialogue], other: Sequence[SpokenDialogue]) -> list[SpokenDialogue]:
    goals = {dialogue.goal_number for dialogue in other if dialogue.turns}
    return [dialogue for dialogue in one if dialogue.goal_number in goals and dialogue.turns]


def _why_not(natural: Sequence[SpokenDialogue], simulated: Sequence[SpokenDialogue]) -> str:
    for dialogues, whose in ((natural, "people"), (simulated, "simulated personas")):
        count = len({one.person for one in dialogues})
        if count < FEWEST:
            return (
                f"The classifier needs dialogues of at least {FEWEST} {whose} about the same goals; there are {count}."
            )
    return ""


def _sample(dialogues: Sequence[SpokenDialogue], vectors: csr_matrix) -> _Sample:
    people = sorted({one.person for one in dialogues})
    person = np.array([people.index(one.person) for one in dialogues])
    is_simulated = np.array([not one.is_natural for one in dialogues])
    return _Sample(vectors, is_simulated, person, 2 * person + is_simulated)


def _auc_of_half(sample: _Sample, labels: Labels, random: Generator) -> float:
    """Return the AUC among a random half of the people, of a classifier that has seen the other half."""
    is_known = _half(sample, random)[sample.person]
    known, unknown = np.flatnonzero(is_known), np.flatnonzero(~is_known)
    if len(np.unique(labels[known])) < 2 or len(np.unique(labels[unknown])) < 2:
        return 0.5  # with exchanged labels a half may have one kind only, about which nothing can be learned
    scores = _classifier().fit(sample.vectors[known], labels[known]).decision_function(sample.vectors[unknown])
    return _auc(labels[unknown], scores)


def _auc(labels: Labels, scores: Scores) -> float:
    """Return the share of pairs of a simulation and a person that the scores order correctly; ties count half.

    scikit-learn's function spends ten times as long checking its arguments, and there are 160 halves.
    """
    simulated = int(labels.sum())
    ranks = rankdata(scores)[labels].sum()
    return float((ranks - simulated * (simulated + 1) / 2) / (simulated * (len(labels) - simulated)))


def _half(sample: _Sample, random: Generator) -> Labels:
    """Choose at random half of the people who have both kinds of dialogues, and half of those with each kind alone."""
    kinds = np.zeros(sample.person.max() + 1, dtype=np.intp)
    np.bitwise_or.at(kinds, sample.person, 1 + sample.is_simulated.astype(np.intp))
    chosen = np.zeros(len(kinds), dtype=bool)
    for kind in np.unique(kinds):
        alike = random.permutation(np.flatnonzero(kinds == kind))
        chosen[alike[: (len(alike) + random.integers(2)) // 2]] = True
    return chosen


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear")


def _chance(sample: _Sample, random: Generator, permutations: int) -> list[float]:
    """Return the AUCs with labels exchanged at random, those of all texts of one person of one kind together.

    That keeps what such texts have in common, so that the differences between people are not mistaken for one between kinds.
    """
    blocks, first = np.unique(sample.block, return_index=True)
    of_blocks, place = sample.is_simulated[first], np.searchsorted(blocks, sample.block)
    found = []
    for _ in range(permutations):
        labels = random.permutation(of_blocks)[place]
        found.append(float(np.mean([_auc_of_half(sample, labels, random) for _ in range(HALVES_EACH)])))
    return found


def _telling(sample: _Sample, names: NDArray[np.str_]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    weights = _classifier().fit(sample.vectors, sample.is_simulated).coef_[0]
    order = np.argsort(weights)
    human = [str(names[index]) for index in order[:TELLING] if weights[index] < 0]
    return tuple(human), tuple(str(names[index]) for index in order[::-1][:TELLING] if weights[index] > 0)
