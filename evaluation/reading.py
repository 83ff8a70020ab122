"""The text of a pair that evaluators and model judges read, without anything but content that reveals the artificial side."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from evaluation.models import Evaluation, Pair
from studies.models import Dialogue

_TEXTS = 2048
"""Size of the cache of normalised texts: a pair is read several times while it is judged."""
_LATIN = r"\x00-\u024f"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
    rf"|(?<![^{_LATIN}])[\u200c\u200d]|[\u200c\u200d](?![^{_LATIN}])"
)
"""Control characters, soft hyphens, zero-width and direction marks, tags. They are invisible, and only some keyboards and
models write them; a model judge would read the letters of tags. Joiners within emoji and other scripts have a visible effect
and stay."""
_QUOTES = str.maketrans("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f", "''''" + '"' * 4)
"""Phones write curly quotes; laptops and most models write straight ones."""
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\u0085|\v|\f")
_AT_LINE_ENDS = re.compile("(?<! ) +$", re.MULTILINE)
_EMPTY_LINES = re.compile("\n{3,}")

_OF_THE_PERSON = {"you are": "they are", "you": "they", "your": "their", "yours": "theirs", "yourself": "themselves"}
_TO_THE_READER = re.compile(r"\b(you are|yourself|yours?|you)\b", re.IGNORECASE)


class PairGone(LookupError):
    """The pair's participant has withdrawn, so its dialogues are deleted."""


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """The inquirer's prompt and the answer. Both have the same number, counted from 1 (figure 12)."""

    number: int
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A pair as it is read; ``goal`` and ``persona`` are empty if the evaluation does not show them."""

    goal: str
    persona: str
    first: tuple[ReadTurn, ...]
    second: tuple[ReadTurn, ...]

    @property
    def longest(self) -> int:
        """Return the number of turns of the longer side."""
        return max(len(self.first), len(self.second))


def read_pair(pair: Pair, is_natural_first: bool) -> Reading:
    """Return both sides of the pair in this order. The persona is the participant's, even if the inquirer model read only a
    part of it, and in the third person. Raises PairGone."""
    evaluation = pair.evaluation
    goal, persona, natural, simulated = _texts(pair)
    first, second = (natural, simulated) if is_natural_first else (simulated, natural)
    return Reading(
        normalise(goal) if evaluation.shows_goal else "",
        in_third_person(normalise(persona)) if evaluation.shows_persona else "",
        _numbered(first, evaluation),
        _numbered(second, evaluation),
    )


def in_third_person(persona: str) -> str:
    """Return the English sentence with which a persona is given to a model, speaking of the person instead of the reader."""
    return _TO_THE_READER.sub(_speak_of_the_person, persona)


def _speak_of_the_person(found: re.Match[str]) -> str:
    word = _OF_THE_PERSON[found[0].lower()]
    return word.capitalize() if found[0][0].isupper() else word


@lru_cache(maxsize=_TEXTS)
def normalise(text: str) -> str:
    """Return ``text`` without traces of a keyboard or a model: Unicode form, line ends, spaces, quotes, invisible marks."""
    if not _is_typewritten(text):
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)))
        text = _SPACES.sub(" ", text).translate(_QUOTES)
    if " \n" in text:
        text = _AT_LINE_ENDS.sub("", text)
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.strip("\n ")


def _is_typewritten(text: str) -> bool:
    """Return whether ``text`` has only characters of an English keyboard, which need no cleaning."""
    return text.isascii() and text.replace("\n", "").isprintable()


def _texts(pair: Pair) -> tuple[str, str, list[tuple[str, str]], list[tuple[str, str]]]:
    if pair.known:
        known = pair.known
        return known["goal"], known["persona"], _known(known["natural"]), _known(known["simulated"])
    gone = PairGone(f"The dialogues of pair {pair.pk} are deleted, because their participant has withdrawn.")
    try:
        natural, simulated = pair.natural, pair.simulated
    except Dialogue.DoesNotExist as error:
        raise gone from error
    if natural is None or simulated is None:
        raise gone
    said = _said(natural), _said(simulated)
    # A withdrawal may come between the dialogues and their turns.
    if not all(said) and Dialogue.objects.filter(pk__in=[natural.pk, simulated.pk]).count() < 2:
        raise gone
    return natural.goal.text, natural.persona_sentence, *said


def _known(turns: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    return [(prompt, answer) for prompt, answer in turns]


def _said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.utterance, turn.response) for turn in sorted(dialogue.turns.all(), key=lambda turn: turn.position)]


def _numbered(turns: Iterable[tuple[str, str]], evaluation: Evaluation) -> tuple[ReadTurn, ...]:
    """Number the visible turns. Only participants' messages can lack an answer: it was stopped or failed."""
    read = [(normalise(prompt), normalise(answer)) for prompt, answer in turns]
    shown = [(prompt, answer) for prompt, answer in read if answer or not evaluation.hides_unanswered]
    return tuple(ReadTurn(number, prompt, answer) for number, (prompt, answer) in enumerate(shown, start=1))
