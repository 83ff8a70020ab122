"""Text from a model or a person, shown as what it means to be and never as HTML of its own."""

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

register = template.Library()

_HEADINGS_BELOW_THE_PAGES = 3
_DEEPEST = 50
"""Levels of quotes, lists (two each) and brackets: what is nested deeper is left out. Models that lose themselves in lists get
to the renderer's usual 20; many more make a page slow."""
_MOST_CELLS = 5_000
"""Of all tables in a text: short rows are filled up to the width of the head, so few characters make a page of megabytes."""
_BLOCKS = {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "h4", "h5", "h6"}
_INLINE = {"a", "code", "em", "strong", "s"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}


def _lower_headings(state: StateCore) -> None:
    """A heading inside a dialogue comes below the page's own, so that the outline stays the page's."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _HEADINGS_BELOW_THE_PAGES)}"


def _make_renderer(*rules: str) -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": _DEEPEST}
    renderer = MarkdownIt("commonmark", options).enable(["strikethrough", *rules]).disable("image")
    renderer.core.ruler.push("lower_headings", _lower_headings)
    return renderer


_renderer, _renderer_without_tables = _make_renderer("table"), _make_renderer()
_cleaner = nh3.Cleaner(
    tags=_BLOCKS | _INLINE | _TABLES,
    attributes={"a": {"href"}, "ol": {"start"}},
    set_tag_attribute_values={"table": {"tabindex": "0"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
)


@register.filter
def markdown(text: str) -> SafeString:
    """``text`` as HTML from an allow-list: no images, no scripts, no styles. Line breaks stay, as poems need them.

    Tables take the keyboard's focus because they scroll sideways where they do not fit. Where they could have more than
    _MOST_CELLS, they stay as they were written.
    """
    renderer = _renderer if _count_cells(text) <= _MOST_CELLS else _renderer_without_tables
    return mark_safe(_cleaner.clean(renderer.render(text)))  # noqa: S308


def _count_cells(text: str) -> int:
    """The most that the text's tables can have together; an empty line ends a table."""
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return sum(len(block) * max((line.count("|") + 1 for line in block), default=0) for block in blocks)
