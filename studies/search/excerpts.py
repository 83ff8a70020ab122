"""The place of a dialogue where a search found it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from studies.models import Turn
from studies.search.query import Query, Term
from studies.search.words import Word, find_words

AROUND = 80
"""Characters that an excerpt shows before the first match; after it, twice as many."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an excerpt: what was searched, or text around it."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text of a turn, counted from 1, around words that were searched. ``is_answer``: the responder's text."""

    turn: int
    is_answer: bool
    pieces: tuple[Piece, ...]
    is_cut_before: bool
    is_cut_after: bool


@dataclass(frozen=True, slots=True)
class _Place:
    turn: int
    is_answer: bool
    text: str


def find_excerpt(query: Query, turns: Iterable[Turn]) -> Excerpt | None:
    """Return an excerpt of the first text with the most of the terms; None if no text has any."""
    best, most = None, 0
    for place in _places(turns):
        if not _may_have(query, place.text):
            continue
        words = list(find_words(place.text))
        found = list(filter(None, (_spans(term, words) for term in query.terms)))
        if len(found) > most:
            best, most = _excerpt(place, sorted(chain.from_iterable(found))), len(found)
        if most == len(query.terms):
            break
    return best


def _may_have(query: Query, text: str) -> bool:
    """Return whether it pays to look for words. ASCII text is folded by lower case alone, which is a hundred times as fast."""
    lower = text.lower()
    return not text.isascii() or any(term.words[0] in lower for term in query.terms)


def _places(turns: Iterable[Turn]) -> Iterator[_Place]:
    for turn in turns:
        yield _Place(turn.position + 1, False, turn.utterance)
        yield _Place(turn.position + 1, True, turn.response)


def _spans(term: Term, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where the term is in the text."""
    length = len(term.words)
    starts = (start for start in range(len(words) - length + 1) if _is_at(term, words[start : start + length]))
    return [(words[start].start, _end(term, words[start + length - 1])) for start in starts]


def _is_at(term: Term, words: Sequence[Word]) -> bool:
    *before, last = (word.folded for word in words)
    if term.is_beginning:
        return (*before,) == term.words[:-1] and last.startswith(term.words[-1])
    return (*before, last) == term.words


def _end(term: Term, last: Word) -> int:
    """Return the end of the match. A single character found as the beginning of a pair is only that character."""
    return last.start + 1 if term.is_beginning and last.is_unspaced else last.end


def _excerpt(place: _Place, spans: Sequence[tuple[int, int]]) -> Excerpt:
    text, first = place.text, spans[0][0]
    start, end = _word_start(text, max(0, first - AROUND)), min(len(text), first + 2 * AROUND)
    pieces = tuple(piece for piece in _pieces(text, start, end, spans) if piece.text)
    return Excerpt(place.turn, place.is_answer, pieces, start > 0, end < len(text))


def _word_start(text: str, start: int) -> int:
    """Return the beginning of the next word, if it is near."""
    space = text.find(" ", start, start + 20) if start else -1
    return start if space < 0 else space + 1


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """Yield the text from ``start`` to ``end`` in parts. Matches may overlap."""
    place = start
    for first, last in spans:
        begins, ends = max(first, place), min(last, end)
        if begins < ends:
            yield Piece(text[place:begins], is_match=False)
            yield Piece(text[begins:ends], is_match=True)
            place = ends
    yield Piece(text[place:end], is_match=False)
