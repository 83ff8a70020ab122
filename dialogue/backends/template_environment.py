"""Compilation of chat templates in Jinja's sandbox, with the features that Hugging Face documents.

In addition to plain Jinja, a template may use ``raise_exception``, ``strftime_now``, the loop controls, ``tojson`` without HTML
escapes, and ``generation`` blocks, which mark answers for training and render their body.
"""

import json
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.template_holes import mark_json


class TemplateMisfit(ModelMisconfigured):
    """A chat template does not pass the messages on. ``what`` it does is a phrase without a subject."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The model's chat template {what}.")
        self.what = what


class _Generation(Extension):
    """Render the body of ``{% generation %} … {% endgeneration %}`` in a separate scope, as the reference does."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


@lru_cache(maxsize=64)
def compile_template(source: str) -> Template:
    """Compile the template. Raises TemplateMisfit if it is not valid Jinja."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    try:
        return environment.from_string(source)
    except (TemplateError, SyntaxError, RecursionError, OverflowError) as error:
        raise TemplateMisfit(f"cannot be read ({reason(error)})") from error


def reason(error: Exception) -> str:
    """Return the error message of a template or of Jinja, shortened to a sentence."""
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    return mark_json(text, is_ascii=ensure_ascii)


def _refuse(message: str) -> None:
    raise TemplateError(message)
