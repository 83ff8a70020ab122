"""Templates of persona sentences: words in which answers take their places.

    {a [age]-year-old|a(n)}{ [race]} individual{ and English [native_english: Yes = is; is not] your native language}

``[key]`` is the answer to the question with this key. A clause in braces is used if all its answers are given; if not, its
next alternative (after ``|``) is tried, and finally the clause drops out. ``[key: answer = words; other words]`` gives words
for single answers and, last, for all others. ``[key, or]`` sets the word before the last of several answers, ``[key, 、]`` the
mark between all of them. ``a(n)`` suits the letter that follows it. ``\\`` in front of one of these marks makes it text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from dialogue.answers import Answers, is_given, show_answer

MARKS = "\\[]{}|;=:,("
ENUMERATION_COMMA = "、"
"""Chinese and Japanese put it between all items of a list and write no spaces."""
AND = "and"
_HIDDEN = {f"\\{mark}": chr(0xFDD0 + place) for place, mark in enumerate(MARKS)}
"""Escaped marks while the template is read: code points that Unicode reserves for no text."""
_ESCAPED = re.compile(rf"\\[{re.escape(MARKS)}]")
_PARTS = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")
_SLOT = re.compile(r"\[([^\[\]]*)\]")
_ARTICLE = re.compile(r"\b([Aa])\(n\)")


class InvalidTemplate(ValueError):
    """The template cannot be read; the message is one sentence that says what to change."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of an answer. ``words`` replace single answers, ``others`` all that are left; None leaves them as they are."""

    key: str
    words: tuple[tuple[str, str], ...] = ()
    others: str | None = None
    joined_by: str = AND

    def fill(self, answer: Any) -> str:
        """Return the words for a given answer."""
        if not isinstance(answer, list):
            return self._word(answer)
        words = [self._word(one) for one in answer]
        if self.joined_by == ENUMERATION_COMMA:
            return self.joined_by.join(words)
        *first, last = words
        return f"{', '.join(first)} {self.joined_by} {last}" if first else last

    def _word(self, answer: Any) -> str:
        shown = show_answer(answer)
        return dict(self.words).get(shown, shown if self.others is None else self.others)


@dataclass(frozen=True, slots=True)
class Article:
    """The word "a" or "an", as what follows requires it."""

    letter: str

    def suit(self, following: str) -> str:
        return self.letter + "n" * following.lstrip()[:1].lower().startswith(tuple("aeiou"))


Piece = str | Slot | Article
Alternative = tuple[Piece, ...]
Clause = tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class PersonaTemplate:
    """A template as clauses, each with its alternatives; words outside of braces are clauses without answers."""

    clauses: tuple[Clause, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        pieces = (piece for clause in self.clauses for alternative in clause for piece in alternative)
        return tuple(piece for piece in pieces if isinstance(piece, Slot))

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the questions that the sentence uses, each once."""
        return tuple(dict.fromkeys(slot.key for slot in self.slots))

    def render(self, answers: Answers) -> str:
        """Return the sentence for these answers, any of which may be missing or withheld."""
        given = {key: answers[key] for key in self.keys if is_given(answers.get(key))}
        pieces = [piece for clause in self.clauses for piece in _first_complete(clause, given)]
        sentence = ""
        for piece in reversed(pieces):
            sentence = _words(piece, given, sentence) + sentence
        return sentence.strip()


@cache
def parse_template(text: str) -> PersonaTemplate:
    """Return the template. Raises InvalidTemplate."""
    hidden = _ESCAPED.sub(lambda mark: _HIDDEN[mark[0]], text)
    return PersonaTemplate(tuple(_clause(*part) for part in _cut(hidden)))


def _first_complete(clause: Clause, given: Answers) -> Alternative:
    complete = (one for one in clause if all(slot.key in given for slot in _slots(one)))
    return next(complete, ())


def _slots(alternative: Alternative) -> list[Slot]:
    return [piece for piece in alternative if isinstance(piece, Slot)]


def _words(piece: Piece, given: Answers, following: str) -> str:
    if isinstance(piece, Slot):
        return piece.fill(given[piece.key])
    return piece.suit(following) if isinstance(piece, Article) else piece


def _cut(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each part of the template, with whether it is in braces."""
    for part in _PARTS.finditer(text):
        if part[3]:
            raise InvalidTemplate(
                f"The brace at “{_excerpt(text, part.start())}” has no partner. Close each brace, and put none inside another."
            )
        yield (part[1], True) if part[2] is None else (part[2], False)


def _clause(text: str, is_braced: bool) -> Clause:
    alternatives = tuple(tuple(_pieces(one)) for one in (text.split("|") if is_braced else [text]))
    for alternative in alternatives[:-1]:
        if not _slots(alternative):
            raise InvalidTemplate(
                f"In “{_shown(text)}”, nothing after the first alternative without an answer is ever used. Put that one last."
            )
    for slot in _slots(alternatives[0]) if not is_braced else ():
        raise InvalidTemplate(
            f"[{slot.key}] is not in braces. Put it in braces with the words that drop out if its answer is missing."
        )
    return alternatives


def _pieces(text: str) -> Iterator[Piece]:
    for place, part in enumerate(_SLOT.split(text)):
        if place % 2:
            yield _slot(part)
            continue
        if "[" in part or "]" in part:
            raise InvalidTemplate(f"A bracket in “{_shown(part)}” has no partner. Write each answer as [key].")
        yield from _literal(part)


def _literal(text: str) -> Iterator[Piece]:
    for place, part in enumerate(_ARTICLE.split(text)):
        if place % 2:
            yield Article(part)
        elif part:
            yield _reveal(part)


def _slot(text: str) -> Slot:
    named, _, words = text.partition(":")
    key, comma, joined_by = (_reveal(part).strip() for part in named.partition(","))
    if not key:
        raise InvalidTemplate(f"[{_shown(text)}] names no question. Write the key of a question, as in [age].")
    slot = Slot(key, joined_by=joined_by) if comma and joined_by else Slot(key)
    entries = [entry.partition("=") for entry in words.split(";") if entry.strip()]
    pairs = tuple((_reveal(answer).strip(), _reveal(word).strip()) for answer, mark, word in entries if mark)
    rest = [_reveal(entry).strip() for entry, mark, _ in entries if not mark]
    if len(rest) > 1:
        raise InvalidTemplate(
            f"[{key}] has words for all other answers twice: “{rest[0]}” and “{rest[1]}”. Write “answer = words” for one."
        )
    return Slot(slot.key, pairs, rest[0] if rest else None, slot.joined_by)


def _reveal(text: str) -> str:
    """Return the text with its escaped marks as marks."""
    return text.translate({ord(hidden): escaped[1] for escaped, hidden in _HIDDEN.items()})


def _shown(text: str) -> str:
    """Return a part of the template as it was typed, for a sentence about it."""
    return text.translate({ord(hidden): escaped for escaped, hidden in _HIDDEN.items()})


def _excerpt(text: str, at: int) -> str:
    return _shown(text[at : at + 30])
