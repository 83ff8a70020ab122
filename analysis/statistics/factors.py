"""What the mixed models compare: inquirer models, elicitations, characters, conditions, or combinations of these."""

from collections.abc import Sequence
from functools import reduce

import pandas as pd

from analysis.statistics.judgements import OVERALL, BadData

FACTORS = {
    "model": "inquirer model",
    "elicitation": "elicitation",
    "character": "character",
    "responder_character": "responder’s character",
    "condition": "condition",
}
"""Columns of judgements that can be factors, in the order in which they name a level, with their words."""
MODEL = ("model",)
NONE = "none"
"""Where people, or models without a character, speak."""


def keep_apart(frame: pd.DataFrame, factors: Sequence[str]) -> Sequence[str]:
    """Return the factors, with the elicitation if models alone are compared and one of them was judged in several.

    Pairs are drawn for each elicitation, so counting them as one model would mix what differs.
    """
    if tuple(factors) != MODEL or "elicitation" not in frame.columns:
        return factors
    is_mixed = frame["elicitation"].fillna(NONE).groupby(frame["model"]).nunique().gt(1).any()
    return (*MODEL, "elicitation") if is_mixed else factors


def compare_by(frame: pd.DataFrame, factors: Sequence[str] = MODEL) -> pd.DataFrame:
    """Return the judgements with a level for each combination of the ``factors`` in place of the inquirer model.

    So the fixed part of every model has all interactions of the factors. Raises BadData if there is no such factor in the data.
    """
    chosen = [factor for factor in FACTORS if factor in factors]
    if tuple(chosen) == MODEL:
        return frame
    for factor in chosen:
        if factor not in frame.columns or frame[factor].isna().all():
            raise BadData(f"No judgement names {_article(factor)}, so nothing can be compared by it. Omit {factor}.")
    levels = reduce(lambda left, right: left + ", " + right, (frame[factor].fillna(NONE) for factor in chosen))
    if (levels == OVERALL).any():
        raise BadData(f"A level is called {OVERALL!r}, which the results use for all of them together. Rename it.")
    return frame.assign(model=levels)


def describe_factors(factors: Sequence[str]) -> list[str]:
    """Return sentences that say what results call a model; none if it is the inquirer model."""
    chosen = [factor for factor in FACTORS if factor in factors]
    if tuple(chosen) == MODEL:
        return []
    said = [f"Each level of the mixed models, called a model in the results, is {_combination(chosen)}."]
    if "condition" in chosen:
        said.append(
            "The condition is that of the natural dialogue of a pair. If each participant had only one, the random intercept "
            "of the generator user takes up the other differences between people."
        )
    if "character" in chosen:
        said.append(
            "The generator user is the character, so its random intercept cannot be distinguished from the character's effect."
        )
    return said


def _combination(chosen: Sequence[str]) -> str:
    words = [_article(factor) for factor in chosen]
    return words[0] if len(words) == 1 else f"a combination of {', '.join(words[:-1])} and {words[-1]}"


def _article(factor: str) -> str:
    words = FACTORS[factor]
    return f"{'an' if words[0] in 'aei' else 'a'} {words}"
