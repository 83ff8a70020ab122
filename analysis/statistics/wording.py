"""Signs of politeness, questions and repetition in what people and models write.

Functions that look for English words say so in their docstrings; they are not used for other languages.
"""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from dialogue.lexical import words

Grams = frozenset[tuple[str, ...]]
_GREETING = re.compile(
    r"\W*(hi|hello|hey|hiya|howdy|greetings|good (morning|afternoon|evening|day)|dear)\b", re.IGNORECASE
)
_THANKS = re.compile(r"\b(thanks?|thx|ty|cheers|appreciated?|grateful)\b", re.IGNORECASE)
_APOLOGY = re.compile(
    r"\b(sorry|apolog(y|ies|i[sz]e|i[sz]ed|i[sz]ing)|my (bad|mistake)|(excuse|forgive|pardon) me)\b", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"\b(good ?bye|bye|see you|take care|farewell|have a (great|good|nice|wonderful|lovely) (day|evening|weekend|night|one)"
    r"|that(['’]?s| is) all|(no|any) (further|more|other) questions|(everything|all (the information )?(that )?)i need(ed)?"
    r"|good luck|best of luck|i wish you)\b",
    re.IGNORECASE,
)
_PLEASE = re.compile(r"\b(please|pls|plz|kindly|(would|could) you|would you mind)\b", re.IGNORECASE)
_QUESTION_WORD = re.compile(
    r"\W*((ok(ay)?|and|so|but|also|then|now|well)\b\W*)*(what|how|why|where|when|who|whom|whose|which|is|are|am|was|were|do|does"
    r"|did|can|could|will|would|should|may|might|shall|has)\b",
    re.IGNORECASE,
)
_QUESTION_MARK = re.compile(r"[?？؟]")
_SENTENCE_END = re.compile(r"(?<![.!?。！？])[.!?。！？]+(?=\s|$)|\n+")
"""The lookbehind tries a run of marks once, from its beginning."""
_WORDS_OF = """
a about after all also am an and any are as at be because been before being but by can could did do does doing down during each
for from had has have having he her here hers him his how i if in into is it its just me more most my no nor not now of off on
once only or other our out over own same she should so some such than that the their them then there these they this those
through to too under until up very was we were what when where which while who whom why will with would you your yours
"""
FUNCTION_WORDS = frozenset(_WORDS_OF.split())
"""English words that carry grammar rather than content."""


def is_greeting(opening: str) -> bool:
    """Return whether the opening begins with a greeting, in English."""
    return _GREETING.match(opening) is not None


def is_thanking(utterance: str) -> bool:
    """Return whether the utterance contains thanks, in English."""
    return _THANKS.search(utterance) is not None


def is_apologising(utterance: str) -> bool:
    """Return whether the utterance contains an apology, in English."""
    return _APOLOGY.search(utterance) is not None


def is_polite(utterance: str) -> bool:
    """Return whether the utterance contains thanks, an apology, "please" or a request in the conditional, in English.

    These are the strongest markers of politeness in requests (Danescu-Niculescu-Mizil et al. 2013).
    """
    return is_thanking(utterance) or is_apologising(utterance) or _PLEASE.search(utterance) is not None


def has_question_mark(utterance: str) -> bool:
    """Return whether the utterance contains a question mark."""
    return _QUESTION_MARK.search(utterance) is not None


def is_question(utterance: str) -> bool:
    """Return whether the utterance has a question mark or begins as an English question does.

    People often leave out the mark, so its absence says little about whether they ask.
    """
    return has_question_mark(utterance) or _QUESTION_WORD.match(utterance) is not None


def is_closing(utterance: str) -> bool:
    """Return whether the utterance only thanks or says goodbye, in English: it does so and asks nothing."""
    says_so = is_thanking(utterance) or _FAREWELL.search(utterance) is not None
    return says_so and not is_question(utterance)


@lru_cache(maxsize=1024)
def content_words(text: str) -> frozenset[str]:
    """Return the different words of the text that are no English function words. Cached, because goals are asked for often."""
    return frozenset(words(text)) - FUNCTION_WORDS


def similarity(one: str, other: str) -> float:
    """Return the cosine of the angle between the texts' word counts: 0 without a common word, 1 for the same words."""
    counts = Counter(words(one)), Counter(words(other))
    lengths = [sqrt(sum(count**2 for count in each.values())) for each in counts]
    if not all(lengths):
        return 0.0
    return sum(count * counts[1][word] for word, count in counts[0].items()) / (lengths[0] * lengths[1])


@lru_cache(maxsize=1024)
def trigrams(text: str) -> Grams:
    """Return the different runs of three words. Cached, because goals are asked for often."""
    found = words(text)
    return frozenset(zip(found, found[1:], found[2:], strict=False))


def containment(text: str, source: str) -> float | None:
    """Return the share of the text's trigrams that occur in ``source`` (containment, Broder 1997); None without any."""
    found = trigrams(text)
    return len(found & trigrams(source)) / len(found) if found else None


def sentences(text: str, shortest: int) -> set[tuple[str, ...]]:
    """Return the sentences of at least ``shortest`` words, each as its words; a line break also ends a sentence."""
    split = (tuple(words(part)) for part in _SENTENCE_END.split(text))
    return {sentence for sentence in split if len(sentence) >= shortest}


def are_neighbours(positions: set[int]) -> bool:
    """Return whether two of the positions follow each other."""
    return any(after - before == 1 for before, after in pairwise(sorted(positions)))
