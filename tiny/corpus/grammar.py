"""Templates with choices: "[a|b] c" is "a c" or "b c"."""

import re
from collections.abc import Mapping, Sequence
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_SPACES = re.compile(r" {2,}")


def expand(template: str, draw: Random, values: Mapping[str, str]) -> str:
    """Return ``template`` with every choice drawn, innermost first, and the slots named in ``values`` filled.

    Brackets without a bar and slots without a value stay unchanged, so that templates can contain program code.
    """
    while match := _CHOICE.search(template):
        template = template[: match.start()] + draw.choice(match[1].split("|")) + template[match.end() :]
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), template)


def expand_one(templates: Sequence[str], draw: Random, values: Mapping[str, str]) -> str:
    """Return one of ``templates``, expanded to one line, as a question. A choice may be empty."""
    return _SPACES.sub(" ", expand(draw.choice(templates), draw, values)).strip()
