"""Placeholders for contents, with which a template is rendered without reading any message.

Content that the template writes as JSON, with ``tojson``, is escaped when it is filled in.
"""

import json
import re

HOLE = re.compile("\ue000([0-9]+)([ja]?)\ue001")
"""A placeholder with the index of its message, and with "j" or "a" (ASCII only) inside JSON."""
_ESCAPED_HOLE = re.compile(r"\\ue000([0-9]+)\\ue001")


def hole(index: int) -> str:
    return f"\ue000{index}\ue001"


def mark_json(text: str, *, is_ascii: bool) -> str:
    """Return ``text``, which is JSON, with its placeholders marked."""
    return (_ESCAPED_HOLE if is_ascii else HOLE).sub(f"\ue000\\1{'a' if is_ascii else 'j'}\ue001", text)


def fill(content: str, form: str) -> str:
    """Return ``content`` as the template would have written it."""
    return json.dumps(content, ensure_ascii=form == "a")[1:-1] if form else content
