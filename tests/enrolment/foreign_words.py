"""English words on a page that should be in another language."""

import re
from functools import cache
from gettext import GNUTranslations
from html import unescape
from typing import Any

from django.conf import settings
from django.utils.translation import to_locale

from studies.languages import ENGLISH
from studies.texts import read_texts

NAMES = {"ai", "cookie", "ctrl", "enter", "html", "http", "id", "javascript", "org", "pid", "prolific", "shift"}
NAMES |= {"testserver", "utc"}
"""Latin letters that Chinese pages have, too."""
_UNSEEN = re.compile(r"<(style|head)\b.*?</\1>|<script\b[^>]*\bsrc=.*?</script>", re.DOTALL)
_READ_ALOUD = re.compile(r'(?:aria-label|placeholder|title|alt|data-said|data-chosen)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
_KEYS = re.compile(r'"\w+": ')
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")


def english_words(page: str, language: str) -> set[str]:
    """Return the words of the page, in lower case, that occur in the English texts but not in those of its language."""
    return _words(_shown(page)) & (_vocabulary(ENGLISH) - _vocabulary(language))


def latin_words(page: str) -> set[str]:
    """Return all words of the page that are in Latin letters, in lower case."""
    return _words(_shown(page))


def _shown(page: str) -> str:
    """Return the title, the text, what screen readers read and the words of the scripts."""
    title = "".join(re.findall(r"<title>(.*?)</title>", page, re.DOTALL))
    seen = _UNSEEN.sub(" ", page)
    text = " ".join([title, *_READ_ALOUD.findall(seen), _KEYS.sub(" ", _TAG.sub(" ", seen))])
    return unescape(_PLACEHOLDER.sub(" ", text))


def _words(text: str) -> set[str]:
    decoded = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return {word.lower() for word in _WORD.findall(decoded)}


@cache
def _vocabulary(language: str) -> frozenset[str]:
    defaults = " ".join(str(_texts(read_texts(folder, language))) for folder in ("studies.data", "evaluation.data"))
    return frozenset(_words(_PLACEHOLDER.sub(" ", f"{_interface(language)} {defaults}")))


def _texts(texts: Any) -> list[Any]:
    return [_texts(one) if isinstance(one, dict) else one for one in texts.values()]


def _interface(language: str) -> str:
    """Return all translations, or all strings that are translated."""
    path = (
        settings.BASE_DIR
        / "locale"
        / to_locale("de" if language == ENGLISH else language)
        / "LC_MESSAGES"
        / "django.mo"
    )
    with path.open("rb") as file:
        catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    del catalogue[""]
    if language != ENGLISH:
        return " ".join(catalogue.values())
    return " ".join(key[0] if isinstance(key, tuple) else key for key in catalogue)
