"""Replies in progress, rendered as Markdown while they grow: as the server will show them, and without jumps."""

import re

import pytest
from playwright.sync_api import Page

from studies.templatetags.markdown import markdown
from tests.browser.chat.way import Chat

pytestmark = pytest.mark.browser

TEXT = """# Bears

A bear **eats** `honey` and
- berries **of any kind**
- fish

1. Wake up\\*
2. Eat <b onclick="x()">all</b> & [sleep](https://example.org/bed) or [run](javascript:run)

Then:

```python
def eat(*food):  # **all** of it
    return food
```

| what | when |
|------|------|
| nap  | ~~never~~ now |

Good night
- - -
> said *the bear*
"""
GROW = """async ([module, text]) => {
    const { showMarkdown } = await import(module);
    const element = document.createElement("div");
    const seen = [];
    for (let length = 1; length <= text.length; length += 1) {
        showMarkdown(element, text.slice(0, length));
        seen.push(element.innerHTML);
    }
    return seen;
}"""


def grow(page: Page, text: str) -> list[str]:
    """Return the HTML after each character."""
    seen: list[str] = page.evaluate(GROW, ["/static/chat/markdown.js", text])
    return seen


def test_a_reply_grows_into_what_the_server_shows_at_its_end_and_never_jumps(chat: Chat) -> None:
    grown = grow(chat("quick"), TEXT)
    assert grown[-1] == markdown(TEXT).replace(' tabindex="0"', "")
    without_code = [re.sub("<pre>.*?</pre>", "", html, flags=re.DOTALL) for html in grown]
    assert not [html for html in without_code if "**" in html], "emphasis that has begun shows as emphasis"
    assert not [html for html in grown if "<h5" in html], "a list under a sentence begins like an underlined heading"
    assert not [html for html in grown if "<b " in html or 'href="javascript' in html], "text of a reply is harmless"
