"""How numbers in sentences are set on pages."""

import re

from django import template

register = template.Library()
_AROUND_SIGNS = re.compile(r" (?=[=<] \S)|(?<= [=<]) (?=\S)|(?<=\d) (?=%)")


@register.filter
def unbroken(text: str) -> str:
    """With no-break spaces where a line must not end: in “p < .001”, “z = 3.84” and “50 %”. Files keep plain ones, so that
    whoever searches them finds what they type."""
    return _AROUND_SIGNS.sub("\N{NO-BREAK SPACE}", text)
