"""Sections of the documentation, shown beside what they explain, so that there is one source."""

import re
from functools import cache
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_LINK = re.compile(r"\[([^\]\n]+)\]\((?!https?:)[^)\s]+\)")
_WRAPPED = re.compile(r"(?<=[^\n|])\n(?=[^\n|#\-\d])")
"""A line end within a paragraph."""


@cache
def read_section(page: str, heading: str) -> str:
    """Return the Markdown below this heading of a page in ``docs/``, up to the next of its rank; empty if there is none.

    Links to other pages of the documentation become plain words, because the site does not serve these.
    """
    file = DOCS / f"{page}.md"
    text = file.read_text("utf-8") if file.exists() else ""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", text, re.DOTALL | re.MULTILINE)
    return _WRAPPED.sub(" ", _LINK.sub(r"\1", found[2])).strip() if found else ""
