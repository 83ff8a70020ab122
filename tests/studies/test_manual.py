"""Help on pages comes from the documentation."""

import re
from pathlib import Path

import pytest

from studies.manual import DOCS, read_section

TEMPLATES = Path(__file__).parents[2] / "templates"
USED = sorted(
    {
        call
        for file in TEMPLATES.rglob("*.html")
        for call in re.findall(r'{% manual "(\w+)" "([^"]+)"', file.read_text("utf-8"))
    }
)


@pytest.mark.parametrize(("page", "heading"), USED)
def test_each_section_that_a_page_shows_is_in_the_documentation(page: str, heading: str) -> None:
    text = read_section(page, heading)
    assert len(text) > 100
    assert not re.search(r"\]\((?!https?:)", text), "a link that leads nowhere on the site"
    assert "\n## " not in text


def test_paragraphs_are_unwrapped_and_lists_and_tables_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "- a\n  b\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n### D\n\nd\n\n"
    text = f"# A\n\n## B\n\nOne\nline, [two](other.md#x).\n\n{listed}## E\n\ne\n"
    (tmp_path / "made.md").write_text(text, "utf-8")
    monkeypatch.setattr("studies.manual.DOCS", tmp_path)
    assert read_section("made", "B") == f"One line, two.\n\n{listed}".replace("a\n  b", "a   b").strip()
    assert read_section("made", "Z") == read_section("gone", "B") == ""
    assert DOCS.exists()
