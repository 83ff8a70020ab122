"""Speaker labels without the marks of their production."""

import re

_MARKS = re.compile(
    r"\s*[(（](?:CONT['’]?D|CONT\.?|CONTINUING|CONTINUED|V\.?\s?O\.?|O\.?\s?[SC]\.?)[)）]", re.IGNORECASE
)
_VOICE = re.compile(r"['’]S\s+VOICE$", re.IGNORECASE)
LONGEST = 60
"""The length in characters beyond which a line is no speaker label."""


def strip_marks(label: str) -> str:
    """Return the label without (CONT'D), (V.O.), (O.S.), 'S VOICE and a final full stop or colon."""
    bare = " ".join(_MARKS.sub("", label).split()).rstrip(".:：")
    return _VOICE.sub("", bare).strip()


def comparable(label: str) -> str:
    """Return the form in which two labels of one speaker are equal: without marks and case."""
    return strip_marks(label).casefold()
