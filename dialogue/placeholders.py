"""Placeholders in prompts, such as <PERSONA> and <GOAL>."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

_PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)>")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders replaced in one pass, so that "<NUMBER>" or even "<GOAL>" inside a goal stays
    text."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def refuse_unknown(template: str, known: Collection[str]) -> None:
    """Raise ValueError, one sentence, about a placeholder that does not exist here."""
    for name in _PLACEHOLDER.findall(template):
        if name not in known:
            meant = get_close_matches(name, known, 1)
            advice = f"perhaps you meant <{meant[0]}>" if meant else f"use {_listed(known)} here"
            raise ValueError(f"there is no placeholder <{name}>; {advice}")


def refuse_without(template: str, needed: Mapping[str, str]) -> None:
    """Raise ValueError, one sentence, about missing placeholders; the values of ``needed`` say what the model would lack."""
    found = _PLACEHOLDER.findall(template)
    if missing := {name: lack for name, lack in needed.items() if name not in found}:
        subject = f"placeholder {_listed(missing)} is" if len(missing) == 1 else f"placeholders {_listed(missing)} are"
        raise ValueError(f"the {subject} missing, so the model would not know {' and '.join(missing.values())}")


def _listed(names: Collection[str]) -> str:
    *first, last = (f"<{name}>" for name in names)
    return f"{', '.join(first)} and {last}" if first else last
