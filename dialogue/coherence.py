"""Detection of repetitive output (paper, algorithm 2; its indentation is broken in print)."""

from collections import Counter
from itertools import takewhile


def is_incoherent(text: str, max_n: int, repeats: int) -> bool:
    """Return whether ``text`` repeats an n-gram of 2 to ``max_n`` words at least ``repeats`` times in a row.

    The results are exactly those of the official implementation: words are separated by white space, and n-grams that
    begin in the last n - 1 words are shorter than n.
    """
    words = text.split()
    lengths = takewhile(lambda n: _has_frequent(words, n, repeats), range(2, max_n + 1))
    return any(is_repetitive(words, n, repeats) for n in lengths)


def _has_frequent(words: list[str], n: int, repeats: int) -> bool:
    """Return whether an n-gram occurs often enough to be a repetition, at any place. Longer ones do not occur more often.

    Few outputs have any, and counting is much faster than comparing places.
    """
    counts = Counter(zip(*(words[start:] for start in range(n)), strict=False))
    return max(counts.values(), default=0) >= max(repeats, 2)


def is_repetitive(words: list[str], n: int, repeats: int) -> bool:
    """Return whether a repeated n-gram follows ``repeats`` equal ones, adjacent or n places apart."""
    seen: list[tuple[str, ...]] = []
    for start in range(len(words)):
        n_gram = tuple(words[start : start + n])
        is_seen_again = len(seen) >= max(repeats, n) and n_gram in (seen[-1], seen[-n])
        if is_seen_again and (_are_equal(seen[-repeats:], repeats) or _are_equal(seen[-n::-n][:repeats], repeats)):
            return True
        seen.append(n_gram)
    return False


def _are_equal(n_grams: list[tuple[str, ...]], expected: int) -> bool:
    return len(n_grams) == expected and len(set(n_grams)) == 1
