"""The strings that the code and the templates mark for translation, found without running them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.template import Node, TemplateSyntaxError
from django.template.engine import Engine
from django.template.loader_tags import ExtendsNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

FOLDERS = ("enrolment", "collection", "evaluation", "studies")
_FOR_RESEARCHERS = re.compile(r'<p [^>]*lang="en".*?</p>', re.DOTALL)
_TAGS = re.compile(
    r"{% block header_kind %}.*?{% endblock %}|{% comment %}.*?{% endcomment %}|{% blocktranslate.*?{% endblocktranslate %}"
    r"|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(r'(?:aria-label|placeholder|title|alt|data-said|data-chosen)="([^"]*)"')
_ELEMENTS = re.compile(r"<[^>]*>")
_MARKS = {"gettext": 1, "gettext_noop": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
Marked = tuple[str, ...]
"""A string, or a singular and its plural."""


def marked_strings() -> set[Marked]:
    """Return everything marked in the apps that have pages for people, and in all templates."""
    code = (path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.py"))
    return {one for path in code for one in _in_code(path)} | {
        one for node in _nodes() for one in _in_node(node) if one
    }


def unmarked_words(folder: str) -> Iterator[tuple[str, str]]:
    """Yield what is left of each template for people without its tags: texts and attributes that nobody translates."""
    for path in sorted((settings.BASE_DIR / "templates" / folder).rglob("*.html")):
        source = _TAGS.sub(" ", _FOR_RESEARCHERS.sub(" ", path.read_text("utf-8")))
        read_aloud = " ".join(_ATTRIBUTES.findall(source))
        yield path.name, f"{_ELEMENTS.sub(' ', source)} {read_aloud}".strip()


def _in_code(path: Path) -> Iterator[Marked]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            given = node.args[: _MARKS[node.func.id]]
            if all(isinstance(one, ast.Constant) for one in given):
                yield tuple(str(one.value) for one in given if isinstance(one, ast.Constant))


def _nodes() -> Iterator[Node]:
    engine = Engine.get_default()
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        name = str(path.relative_to(settings.BASE_DIR / "templates"))
        try:
            template = engine.get_template(name)
        except TemplateSyntaxError as error:
            raise AssertionError(name) from error
        yield from _walk(template.nodelist)


def _walk(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        lists = [getattr(node, name, None) for name in node.child_nodelists]
        lists += [branch for _, branch in getattr(node, "conditions_nodelists", [])]
        for each in lists:
            if each and not isinstance(node, BlockTranslateNode | ExtendsNode):
                yield from _walk(each)
        if isinstance(node, ExtendsNode):
            yield from _walk(node.nodelist)


def _in_node(node: Node) -> Iterator[Marked]:
    if isinstance(node, TranslateNode):
        yield (str(node.filter_expression.var).strip("\"'"),)
    if isinstance(node, BlockTranslateNode):
        parts = [node.singular, node.plural] if node.plural else [node.singular]
        yield tuple(node.render_token_list(part)[0] for part in parts)
