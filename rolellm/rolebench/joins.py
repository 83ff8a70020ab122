"""Which prediction answers which test row: the one with exactly the same role and question."""

from collections.abc import Iterable
from dataclasses import dataclass

from rolellm.rolebench.rows import BenchRow


@dataclass(frozen=True, slots=True)
class Answered:
    """A test row and a model's response to its question."""

    row: BenchRow
    prediction: str


@dataclass(frozen=True, slots=True)
class Join:
    """The answered rows in the order of the test file, and all rows that lack a partner.

    The published RoleGPT baseline answers a fifth of the role split's rows, so partial files are scored, but say so.
    """

    answered: tuple[Answered, ...]
    unmatched_references: tuple[BenchRow, ...]
    unmatched_predictions: tuple[BenchRow, ...]
    repeated_predictions: tuple[BenchRow, ...]


def join(references: Iterable[BenchRow], predictions: Iterable[BenchRow]) -> Join:
    """Join test rows and predictions. Of several predictions for a row the first counts; the others are listed."""
    first: dict[tuple[str, str], BenchRow] = {}
    repeated = []
    for prediction in predictions:
        if first.setdefault(prediction.key, prediction) is not prediction:
            repeated.append(prediction)
    rows = list(references)
    keys = {row.key for row in rows}
    return Join(
        tuple(Answered(row, first[row.key].generated[0]) for row in rows if row.key in first),
        tuple(row for row in rows if row.key not in first),
        tuple(prediction for key, prediction in first.items() if key not in keys),
        tuple(repeated),
    )
