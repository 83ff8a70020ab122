"""The pages that links lead to from one of them, and what these pages load, send to and offer as files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from django.test import Client
from django.urls import Resolver404, resolve

_LINK = re.compile(r'\shref="(/[^"#]*)')
_PART = re.compile(r'\shx-get="(/[^"#]*)')
_USED = re.compile(r'\s(?:action|formaction|hx-post|src|data-[a-z-]+)="(/[^"#]*)')
_NO_PAGE = re.compile(r"/(s|admin|login|logout|static)/|.*(<str:name>|<str:kind>|csv|jsonl|zip|toml|<slug:ending>)/?$")

EVERYWHERE, OF_A_STUDY = ("/",), ("/studies/<slug:slug>/", "/runs/<slug:token>/", "/dialogues/<slug:token>/")
"""How the routes begin of all pages, and of those of a study."""


@dataclass
class Walk:
    """A walk through pages whose routes begin as ``within`` says.

    ``pages`` holds an address for each visited route, ``used`` the routes of their parts, forms and files.
    """

    client: Client
    within: tuple[str, ...] = EVERYWHERE
    pages: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _parts: set[str] = field(default_factory=set)

    def follow(self, start: str, clicks: int) -> "Walk":
        """Visit the page, and everything at most so many clicks from it. Of pages with the same route it visits one."""
        addresses = [start]
        for _click in range(clicks + 1):
            new = {route_of(one): one for one in reversed(addresses)}
            new = {route: one for route, one in new.items() if self._is_new_page(route)}
            self.pages |= new
            addresses = [link for one in new.values() for link in self._read(one)]
        return self

    def _is_new_page(self, route: str) -> bool:
        return route.startswith(self.within) and route not in self.pages and not _NO_PAGE.match(route)

    def _read(self, address: str) -> Iterator[str]:
        """Yield the links of a page and of the parts that it loads."""
        response = self.client.get(address)
        assert response.status_code < 400 or address in self._parts, address  # a part may await what is typed
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return
        links = [unescape(one) for one in _LINK.findall(response.text)]
        parts = dict.fromkeys(map(unescape, _PART.findall(response.text)))
        files = [one for one in links if _NO_PAGE.match(route_of(one))]
        self.used |= {route_of(one) for one in (*files, *parts, *_USED.findall(response.text))}
        yield from links
        for part in parts:
            if part not in self._parts:
                self._parts.add(part)
                yield from self._read(part)


def route_of(address: str) -> str:
    """Return the route as written in the URL patterns, or an empty text if the site has none."""
    try:
        return f"/{resolve(address.partition('?')[0]).route}"
    except Resolver404:
        return ""
