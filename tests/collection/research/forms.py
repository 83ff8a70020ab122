"""A page's form as a browser would submit it: with the page's values unless the test changes them."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Reads the fields of all forms that are posted, without those inside <template> elements."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self._text = ""
        self._select = ""
        self._in_template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        self._in_template += tag == "template"
        if self._in_template:
            return
        if tag == "input" and name:
            self._take_input(given, name, value)
        elif tag == "textarea":
            self._text = name
            self.sent[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.sent[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        self._in_template -= tag == "template"
        if tag == "textarea" and self._text:
            shown = self.sent[self._text].replace("\r\n", "\n").removeprefix("\n")
            self.sent[self._text] = shown.replace("\n", "\r\n")
            self._text = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.sent[self._text] += data

    def _take_input(self, given: dict[str, str | None], name: str, value: str) -> None:
        if given.get("type") == "checkbox":
            if "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value") or "on")
        elif given.get("type") != "radio" or "checked" in given:
            self.sent[name] = value


def read_form(html: str) -> dict[str, Any]:
    """Return the data that a browser submits if nothing is changed."""
    fields = _Fields()
    fields.feed(html)
    return fields.sent
