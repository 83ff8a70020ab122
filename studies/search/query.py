"""What a person typed into the search."""

import re
from dataclasses import dataclass

from studies.search.words import Word, find_words

LONGEST_QUERY = 300
"""Characters that count."""
_TYPED = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that follow each other; ``is_beginning``: the last one may continue."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all be in a dialogue, in any of its turns."""

    terms: tuple[Term, ...]


def read_query(typed: str) -> Query:
    """Return the search for whatever was typed; without letters and digits it has no terms.

    Words are searched as typed, "words between quotes" next to each other, and a word with * at its end as a beginning.
    Every other sign only separates words, so that no text is a mistake.
    """
    parts = _TYPED.findall(typed[:LONGEST_QUERY])
    terms = (_term(quoted or word) for quoted, word in parts)
    return Query(tuple(dict.fromkeys(term for term in terms if term.words)))


def _term(part: str) -> Term:
    words = list(find_words(part))
    is_open = part.rstrip().endswith("*")
    if words and words[-1].is_unspaced:
        # In a dialogue, more characters may follow the last one, so it is found as part of a pair.
        is_pair = len(words) > 1 and words[-2].end == words[-1].end
        return Term(_folded(words[:-1])) if is_pair else Term(_folded(words), is_beginning=True)
    return Term(_folded(words), is_open)


def _folded(words: list[Word]) -> tuple[str, ...]:
    return tuple(word.folded for word in words)
