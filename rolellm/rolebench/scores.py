"""ROUGE-L of a model on a split, in two definitions and with the lengths that recall rewards (section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rolellm.languages import Language, detect, length
from rolellm.rolebench.joins import Answered
from rolellm.rouge import published, usual


@dataclass(frozen=True, slots=True)
class RowScore:
    """The scores of one answer, as fractions of 1, and the lengths: of the answer, and of all its references together."""

    as_published: float
    rouge_score_f_first: float
    words_predicted: int
    words_reference: int
    references: int


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


def score_row(prediction: str, references: Sequence[str], language: Language) -> RowScore:
    """Return the scores of an answer with one or more references."""
    return RowScore(
        max(published.rouge_l(prediction, text, language).recall for text in references),
        usual.rouge_l(prediction, references[0], language).f,
        length(prediction, language),
        sum(length(text, language) for text in references),
        len(references),
    )


def mean(rows: Sequence[RowScore]) -> SplitScore:
    """Return the means of one or more rows."""
    return SplitScore(
        len(rows),
        fmean(row.as_published for row in rows),
        fmean(row.rouge_score_f_first for row in rows),
        fmean(row.words_predicted for row in rows),
        sum(row.words_reference for row in rows) / sum(row.references for row in rows),
    )


def score(answered: Sequence[Answered], language: Language) -> SplitScore:
    """Return the scores of one or more answered rows."""
    return mean([score_row(each.prediction, each.row.generated, language) for each in answered])


def score_by_role(answered: Sequence[Answered], language: Language) -> dict[str, SplitScore]:
    """Return the scores of each role, in the order of the file."""
    roles: dict[str, list[Answered]] = {}
    for each in answered:
        roles.setdefault(each.row.role, []).append(each)
    return {role: score(rows, language) for role, rows in roles.items()}
