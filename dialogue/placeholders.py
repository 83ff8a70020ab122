"""Placeholders in prompts, such as <PERSONA> and <GOAL>."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

_PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)>")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders replaced in one pass, so that "<NUMBER>" or even "<GOAL>" inside a goal stays
    text."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def check_placeholders(template: str, *, known: Collection[str], needed: Collection[str]) -> None:
    """Raise ValueError, one sentence, about a placeholder that does not exist here or is missing."""
    found = _PLACEHOLDER.findall(template)
    for name in found:
        if name not in known:
            meant = get_close_matches(name, known, 1)
            advice = f"perhaps you meant <{meant[0]}>" if meant else f"here you can use {_listed(known)}"
            raise ValueError(f"there is no placeholder <{name}>, {advice}")
    if missing := [name for name in needed if name not in found]:
        subject = f"placeholder {_listed(missing)} is" if len(missing) == 1 else f"placeholders {_listed(missing)} are"
        raise ValueError(f"the {subject} missing, so the model would never be told")


def _listed(names: Collection[str]) -> str:
    *first, last = (f"<{name}>" for name in names)
    return f"{', '.join(first)} and {last}" if first else last
