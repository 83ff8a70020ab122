"""Detecting repetitive output (paper, algorithm 2; its indentation is broken in print)."""


def is_incoherent(text: str, max_n: int, repeats: int) -> bool:
    """Whether ``text`` repeats an n-gram of 2 to ``max_n`` words ``repeats`` times or more in a row.

    Gives exactly the results of the official implementation: words are separated by white space, and the n-grams that
    begin in the last n - 1 words are shorter than n.
    """
    words = text.split()
    return any(_is_repetitive(words, n, repeats) for n in range(2, max_n + 1))


def _is_repetitive(words: list[str], n: int, repeats: int) -> bool:
    """Whether an n-gram that is seen again follows ``repeats`` equal ones, side by side or n places apart."""
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
