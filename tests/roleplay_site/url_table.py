"""Every address of the site, from its URL patterns."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

_OPEN = ("/s/", "/login/", "/logout/", "/results/")
"""What routes begin with that people without an account may open."""
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Return the routes as written in the patterns ("/studies/<slug:slug>/"), without the admin's, which are Django's."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif not route.startswith("/admin/"):
            yield from routes(pattern, route)


def researchers_routes() -> list[str]:
    """Return the routes of the pages that only researchers may see, among them those for administrators."""
    return [route for route in routes() if route != "/" and not route.startswith(_OPEN)]


def is_for_administrators(route: str) -> bool:
    """Return whether only administrators may see the page."""
    return route.startswith(("/users/", "/history/"))


def address(route: str, **values: object) -> str:
    """Return the route with these values, and with "1" for all others."""
    return _PARAMETER.sub(lambda match: str(values.get(match[1], "1")), route)
