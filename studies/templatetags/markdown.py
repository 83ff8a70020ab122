"""Markdown from a model or a person, rendered without any HTML that it contains."""

import re

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from studies.plain_markdown import is_plain, render_plain

register = template.Library()

_HEADINGS_BELOW_THE_PAGES = 3
_DEEPEST = 50
"""Levels of quotes, lists (two each) and brackets; deeper nesting is left out. Models that ramble in lists exceed the
renderer's usual 20; many more would make a page slow."""
_HEADING = re.compile("(</?h)([1-6])>")
_MOST_CELLS = 5_000
"""Limit on the cells of all tables in a text. Rows are padded to the header's width, so a short text can become megabytes."""
_BLOCKS = {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "h4", "h5", "h6"}
_INLINE = {"a", "code", "em", "strong", "s"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}


def _make_renderer(*rules: str) -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": _DEEPEST}
    return MarkdownIt("commonmark", options).enable(["strikethrough", *rules]).disable("image")


_renderer, _renderer_without_tables = _make_renderer("table"), _make_renderer()
_TEXT = r"[^<>&\r\x00\u00a0]*+"
_TAGS = r"</?(?:p|em|strong|code|pre|blockquote|ul|ol|li|h[456])>|<br>|<ol start=\"\d+\">"
_CLEAN = re.compile(f"{_TEXT}(?:(?:&(?:amp|lt|gt);|{_TAGS}){_TEXT})*+")
"""HTML that needs no cleaning; recognising it takes a tenth of the time."""
_cleaner = nh3.Cleaner(
    tags=_BLOCKS | _INLINE | _TABLES,
    attributes={"a": {"href"}, "ol": {"start"}},
    set_tag_attribute_values={"table": {"tabindex": "0"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
)


@register.filter
def markdown(text: str) -> SafeString:
    """Return ``text`` as HTML from an allow-list: no images, no scripts, no styles. Line breaks stay, because poems need them.

    Tables can receive keyboard focus, because wide ones scroll sideways. If they might have more than _MOST_CELLS cells, they
    are not rendered.
    """
    return mark_safe(_clean(_lower_headings(_render(text.rstrip(" \n") + "\n"))))  # noqa: S308


def _render(text: str) -> str:
    if is_plain(text):
        return render_plain(text)
    renderer = _renderer if _count_cells(text) <= _MOST_CELLS else _renderer_without_tables
    html: str = renderer.render(text)
    return html


def _clean(html: str) -> str:
    """Reduce ``html`` from a renderer, whose tags are closed, to the allow-list."""
    simple = html.replace("<br />", "<br>").replace("&quot;", '"')
    return simple if _CLEAN.fullmatch(simple) else _cleaner.clean(html)


def _lower_headings(html: str) -> str:
    """Demote a heading inside a dialogue below the page's own, so that it does not change the page's outline."""
    return _HEADING.sub(lambda tag: f"{tag[1]}{min(6, int(tag[2]) + _HEADINGS_BELOW_THE_PAGES)}>", html)


def _count_cells(text: str) -> int:
    """Return an upper bound on the number of cells in the text's tables; an empty line ends a table."""
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return sum(len(block) * max((line.count("|") + 1 for line in block), default=0) for block in blocks)
