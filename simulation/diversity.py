"""Lexical diversity of one condition, as in a row of the paper's table 2: means over dialogues, with variances."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulation.statistics import Moments, Summary


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean and the population variance over dialogues; None if there is nothing to measure."""

    mean: float | None
    variance: float | None

    def __str__(self) -> str:
        return "–" if self.mean is None else f"{self.mean:.3f} ({self.variance:.3f})"


@dataclass(frozen=True, slots=True)
class DiversityRow:
    """Type-token ratio, distinct-1 and distinct-2 over ``dialogues`` with words, and how many words these have on average."""

    ttr: Spread
    distinct_1: Spread
    distinct_2: Spread
    dialogues: int
    words: float | None


def diversity_of(summaries: Sequence[Summary]) -> DiversityRow:
    """Return the diversity over the dialogues of all summaries, for example of several seeds."""
    lexical = [summary.lexical for summary in summaries]
    counts, pairs = [one.dialogues for one in lexical], [one.dialogues_with_pairs for one in lexical]
    dialogues = sum(counts)
    words = sum(one.words_mean * one.dialogues for one in lexical if one.words_mean is not None)
    return DiversityRow(
        _joined([one.ttr for one in lexical], counts),
        _joined([one.distinct_1 for one in lexical], counts),
        _joined([one.distinct_2 for one in lexical], pairs),
        dialogues,
        words / dialogues if dialogues else None,
    )


def diversity_rows(row: DiversityRow) -> Iterator[tuple[str, str]]:
    """Yield (label, value) for people."""
    yield "TTR, mean (variance)", str(row.ttr)
    yield "Distinct-1, mean (variance)", str(row.distinct_1)
    yield "Distinct-2, mean (variance)", str(row.distinct_2)
    yield "Dialogues with words", str(row.dialogues)
    yield "Words per dialogue", "–" if row.words is None else f"{row.words:.1f}"


def diversity_lines(conditions: Sequence[tuple[str, DiversityRow]]) -> Iterator[str]:
    """Yield the lines of a table for a terminal, with a row for each named condition."""
    width = max(len(name) for name, _ in conditions)
    yield f"  {'persona':<{width}}  {'TTR':<15}{'distinct-1':<15}{'distinct-2':<15}{'dialogues':<11}words per dialogue"
    for name, row in conditions:
        words = "–" if row.words is None else f"{row.words:.1f}"
        cells = f"{row.ttr!s:<15}{row.distinct_1!s:<15}{row.distinct_2!s:<15}"
        yield f"  {name:<{width}}  {cells}{row.dialogues:<11}{words}"


def _joined(moments: Sequence[Moments], counts: Sequence[int]) -> Spread:
    """Return the mean and variance over all values of groups, each with so many values of these moments."""
    found = [
        (mean, sd, n) for (mean, sd), n in zip(moments, counts, strict=True) if mean is not None and sd is not None
    ]
    total = sum(n for _, _, n in found)
    if not total:
        return Spread(None, None)
    middle = sum(n * mean for mean, _, n in found) / total
    within, between = sum(n * sd**2 for _, sd, n in found), sum(n * (mean - middle) ** 2 for mean, _, n in found)
    return Spread(middle, (within + between) / total)
