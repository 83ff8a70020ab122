"""ROUGE-L of a model on a split, in two definitions and with the lengths that recall rewards (section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rolellm.languages import Language, detect, length
from rolellm.rolebench.joins import Answered
from rolellm.rouge import published, usual


@dataclass(frozen=True, slots=True)
class SplitScore:
    """Means over rows, as fractions of 1.

    ``as_published`` is the recall of the package rouge with the best reference, ``rouge_score_f_first`` rouge-score's F with
    the first reference. Lengths are words (in Chinese, characters) of predictions and of all references.
    """

    rows: int
    as_published: float
    rouge_score_f_first: float
    mean_words_predicted: float
    mean_words_reference: float


def detect_language(answered: Sequence[Answered]) -> Language:
    """Return the language of the references taken together."""
    return detect(text for each in answered for text in each.row.generated)


def score(answered: Sequence[Answered], language: Language) -> SplitScore:
    """Return the scores of one or more answered rows."""
    return SplitScore(
        len(answered),
        fmean(_as_published(each, language) for each in answered),
        fmean(usual.rouge_l(each.prediction, each.row.generated[0], language).f for each in answered),
        fmean(length(each.prediction, language) for each in answered),
        fmean(length(text, language) for each in answered for text in each.row.generated),
    )


def score_by_role(answered: Sequence[Answered], language: Language) -> dict[str, SplitScore]:
    """Return the scores of each role, in the order of the file."""
    roles: dict[str, list[Answered]] = {}
    for each in answered:
        roles.setdefault(each.row.role, []).append(each)
    return {role: score(rows, language) for role, rows in roles.items()}


def _as_published(each: Answered, language: Language) -> float:
    return max(published.rouge_l(each.prediction, text, language).recall for text in each.row.generated)
