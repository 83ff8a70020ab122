"""All links of the documentation into this repository work."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.installation import BASE_DIR

PAGES = [BASE_DIR / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((BASE_DIR / "docs").glob("*.md"))


def links(page: Path) -> set[str]:
    """Return the paths of a page's links and images within this repository, as written."""
    addresses = (urlsplit(address) for address in _addresses(MarkdownIt().parse(page.read_text("utf-8"))))
    return {
        unquote(address.path) for address in addresses if address.path and not address.scheme and not address.netloc
    }


def _addresses(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        yield from (str(token.attrs[name]) for name in ("href", "src") if name in token.attrs)
        yield from _addresses(token.children or [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_image_leads_to_a_file(page: Path) -> None:
    missing = sorted(link for link in links(page) if not (page.parent / link).exists())
    assert missing == []


def test_links_and_images_are_found_also_within_text(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Read *[this](docs/a.md#part)* and ![that](b%20c.png), [elsewhere](https://example.org/x), [here](#y)."
    )
    assert links(page) == {"docs/a.md", "b c.png"}
