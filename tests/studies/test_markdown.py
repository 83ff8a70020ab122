"""Rendering of texts from models and people."""

from time import thread_time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studies.plain_markdown import is_plain, render_plain
from studies.templatetags.markdown import _cleaner, _lower_headings, _render, _renderer, markdown
from tests.factories import RESPONSE, UTTERANCES
from tests.thoroughness import IS_THOROUGH


def test_markup_in_a_text_is_shown_as_text() -> None:
    assert markdown("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_a_placeholder_in_angle_brackets_stays_readable() -> None:
    assert "the &lt;NUMBER&gt;, is &lt;FACTORIAL&gt;" in markdown("the <NUMBER>, is <FACTORIAL>")


@pytest.mark.parametrize(
    "text", ["![x](http://example.org/pixel.png)", "<img src=x onerror=alert(1)>", "![x](data:image/png;base64,AAAA)"]
)
def test_no_picture_is_ever_fetched(text: str) -> None:
    assert "<img" not in markdown(text)


def test_a_link_neither_hands_over_the_page_nor_vouches_for_its_target() -> None:
    assert '<a href="https://example.org/" rel="noopener nofollow">' in markdown("[there](https://example.org/)")


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_a_link_that_runs_code_is_not_rendered(target: str) -> None:
    assert "href" not in markdown(f"[there]({target})")


def test_code_lists_and_tables_are_rendered() -> None:
    html = markdown("- one\n- two\n\n```python\nif a < b:\n    pass\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<li>one</li>" in html
    assert "<pre><code>if a &lt; b:\n    pass\n</code></pre>" in html
    assert "<td>2</td>" in html


def test_the_lines_of_a_poem_stay_lines() -> None:
    assert markdown("Soft paws\nSharp claws") == "<p>Soft paws<br>\nSharp claws</p>\n"


def test_a_heading_in_a_text_comes_below_those_of_the_page() -> None:
    assert markdown("# Speed") == "<h4>Speed</h4>\n"


def test_nothing_of_a_style_or_class_gets_through() -> None:
    html = markdown('| a |\n|:-:|\n| 1 |\n\n```x" onload="y\n1\n```')
    assert "style" not in html
    assert "class" not in html
    assert "onload" not in html


def test_no_word_is_lost_in_a_list_of_many_levels() -> None:
    levels = 20
    html = markdown("\n".join(f"{'  ' * level}- level {level}" for level in range(levels)))
    assert all(f"level {level}\n" in html or f"level {level}<" in html for level in range(levels))


def test_few_characters_make_no_page_of_megabytes() -> None:
    """Each short row is padded to the header's width."""
    wide = "|a" * 128 + "|\n" + "|-" * 128 + "|\n" + "|\n" * 500 + "\n"
    began = thread_time()
    assert len(markdown(wide * 5)) < 10 * len(wide * 5)
    assert thread_time() - began < 2


def test_a_table_of_a_thousand_cells_is_one() -> None:
    head, row = "| a " * 10 + "|\n" + "|---" * 10 + "|\n", "| 1 " * 10 + "|\n"
    assert markdown(head + row * 100).count("<td>1</td>") == 1000


PIECES = (
    *(
        "a",
        "b c",
        "é",
        "—",
        "“",
        "*",
        "**",
        "_",
        "`",
        "``",
        "```",
        "~",
        "|",
        "$",
        "!",
        "[",
        "]",
        "](x)",
        "<",
        "< ",
        "&",
        "\\",
        "\\*",
    ),
    *(
        "\n",
        "\n\n",
        " ",
        "  ",
        "    ",
        "- ",
        "* ",
        "1. ",
        "2) ",
        "# ",
        "> ",
        "---",
        "===",
        "***",
        "\n- ",
        "\n    ",
        "\n```\n",
    ),
    *("http://x.y", "a@b.c", "&amp;", "<b>", "'", '"', ":", "#", "10", "(", ")"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=2_000 if IS_THOROUGH else 300)
@example("1. one\n2. two\n\n   more\n\n```python\nif a < b:\n    pass\n```\n\nIt **is** _so_.\n***\n## And\nthen")
def test_the_quick_renderer_gives_what_the_other_gives(pieces: str) -> None:
    text = pieces.rstrip() + "\n"
    assume(is_plain(text))
    assert shown(render_plain(text)) == shown(_renderer.render(text))


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=2_000 if IS_THOROUGH else 300)
@example('1. one\n2. two\n\n   more\n\n```\nif a < b & c:\n```\n\nIt **is** _so_,\n> "said"\n# And\nthen\u00a0some')
@example("a line\rand another\x00")
@example("```\n\nafter an empty line\n```\n\n3. a <script>alert(1)</script>")
def test_what_passes_for_clean_is_what_cleaning_would_leave(text: str) -> None:
    assert markdown(text) == _cleaner.clean(_lower_headings(_render(text.rstrip(" \n") + "\n")))


@pytest.mark.parametrize("text", [UTTERANCES[0], RESPONSE.partition("|")[0]])
def test_what_people_and_models_write_is_rendered_quickly(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "<b>",
        "&lt;",
        "[a](b)",
        "[a]: b",
        "![a]",
        "a | b",
        "~~a~~",
        "> a",
        "- > a",
        "a\\\n",
        "- \n",
        "1. ***\n",
        "a\tb",
        "*é*",
        "- " * 20,
    ],
)
def test_what_renderers_read_in_different_ways_is_rendered_carefully(text: str) -> None:
    assert not is_plain(text)


def shown(html: str) -> str:
    """Return the HTML without a line break before code, which no browser shows."""
    return str(_cleaner.clean(html)).replace("\n<pre>", "<pre>")
