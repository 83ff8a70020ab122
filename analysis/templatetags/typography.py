"""Typography of numbers in sentences on pages."""

import re

from django import template

register = template.Library()
_AROUND_SIGNS = re.compile(r" (?=[=<] \S)|(?<= [=<]) (?=\S)")


@register.filter
def unbroken(text: str) -> str:
    """Return the text with no-break spaces where a line must not end: in “p < .001” and “z = 3.84”. Files keep plain spaces, so
    that a search finds them."""
    return _AROUND_SIGNS.sub("\N{NO-BREAK SPACE}", text)
