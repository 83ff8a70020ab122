"""``python -m benchmarks.search``: search a study of 100,000 dialogues on both databases."""

import sys
from collections.abc import Sequence

from benchmarks.both_databases import compare
from benchmarks.figures import Row

DIALOGUES = 100_000
MOST_SECONDS = 0.3
TIMES = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of each database; return 1 if one misses its goal."""
    return compare("benchmarks.search", __doc__, DIALOGUES, _measure, arguments)


def _measure(database: str, dialogues: int) -> list[Row]:
    from benchmarks.search.measuring import measure

    return measure(database, dialogues, MOST_SECONDS, TIMES)


if __name__ == "__main__":
    sys.exit(main())
