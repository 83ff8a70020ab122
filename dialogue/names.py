"""Names: two names that look the same are the same name.

Spreadsheet programs, word processors and web pages insert invisible characters that no one typed. Without this module,
"gpt-4" and "gpt-4" with a zero-width space would be two models.
"""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Control characters, soft hyphens, zero-width and direction marks, joiners, variation selectors, fillers, tags."""
_HYPHENS = str.maketrans(dict.fromkeys("\u02d7\u2010\u2011\u2012\u2013\u2043\u2212\ufe58\ufe63\uff0d", "-"))
"""Hyphens, dashes and bullets as short as one, and minus signs. An em dash is longer and stays."""


def plain_name(text: str) -> str:
    """Return the plain form of the name: composed (NFC), without invisible characters, with simple hyphens and spaces.

    White space of any kind and length becomes one space; at the ends there is none. Letters, case and accents stay.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(composed.translate(_HYPHENS).split())


def hidden_characters(text: str) -> str:
    """Name the characters that ``plain_name`` removes or replaces, such as "U+200B ZERO WIDTH SPACE"; empty if none."""
    odd = dict.fromkeys(one for one in text if plain_name(f"a{one}a") != f"a{one}a")
    return ", ".join(f"U+{ord(one):04X} {unicodedata.name(one, 'CONTROL CHARACTER')}" for one in odd)


def repeated_name(names: list[str]) -> str | None:
    """Return the first name, as written, that looks like an earlier one, or None."""
    plain = [plain_name(name) for name in names]
    return next((name for place, name in enumerate(names) if plain[place] in plain[:place]), None)
