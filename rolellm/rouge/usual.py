"""ROUGE-L as is usual today: like the packages rouge-score 0.1.2 and, for Chinese, rouge-chinese 1.0.3 on jieba's words.

OpenCompass uses these two, but they take most of the ten seconds that people should wait for a split.
"""

import logging
import re
from functools import cache, lru_cache
from tempfile import TemporaryDirectory
from typing import Any

from rolellm.languages import Language
from rolellm.rouge.scores import Score, score
from rolellm.rouge.subsequences import common_length

_WORD = re.compile(r"[a-z0-9]+")
_UNSTEMMED = 3
"""Words of at most this many letters keep their endings."""
_SMOOTHING = 1e-8
_SENTENCE_ENDS = (
    (re.compile(r"([。！？?])([^”’])"), r"\1\n\2"),
    (re.compile(r"(\.{6})([^”’])"), r"\1\n\2"),
    (re.compile(r"(…{2})([^”’])"), r"\1\n\2"),
    (re.compile(r"([。！？?][”’])([^，。！？?])"), r"\1\n\2"),
)


def rouge_l(prediction: str, reference: str, language: Language, *, is_stemmed: bool = False) -> Score:
    """Return the score of the longest common subsequence of tokens.

    Tokens are lower-cased runs of letters a to z and digits; in Chinese, jieba's words. ``is_stemmed``: English words of more
    than three letters without their endings, as Porter's stemmer in NLTK's version cuts them.
    """
    tokens = _chinese_words if language == "zh" else _stems if is_stemmed else _words
    predicted, referred = tokens(prediction), tokens(reference)
    smoothing = _SMOOTHING if language == "zh" else 0.0
    return score(common_length(referred, predicted), len(predicted), len(referred), smoothing)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _stems(text: str) -> list[str]:
    return [_stem(word) if len(word) > _UNSTEMMED else word for word in _words(text)]


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    stem: str = _stemmer().stem(word)
    return stem


@cache
def _stemmer() -> Any:
    """Return the stemmer, which takes seconds to import."""
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


@lru_cache(maxsize=1 << 12)
def _chinese_words(text: str) -> tuple[str, ...]:
    """Return jieba's words, cut into sentences as rouge-chinese does: a sentence of white space is an empty word.

    They are remembered, because each answer set of a benchmark is compared with the same references.
    """
    spaced = " ".join(_jieba().cut(text))
    for end, with_break in _SENTENCE_ENDS:
        spaced = end.sub(with_break, spaced)
    return tuple(word for sentence in spaced.rstrip().split("\n") if sentence for word in sentence.split() or [""])


@cache
def _jieba() -> Any:
    """Return jieba's tokenizer, which takes a second to load its dictionary.

    Its cache is kept in a private folder: from the shared one, jieba would load whatever file another user has put there.
    """
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with TemporaryDirectory() as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return tokenizer
