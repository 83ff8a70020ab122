"""Every address of the site, from its own URL table."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """The routes, as they are written in the table: "/studies/<slug:slug>/"; the admin's are Django's."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif not route.startswith("/admin/"):
            yield from routes(pattern, route)


def researchers_routes() -> list[str]:
    """Those of the pages that only researchers may see."""
    return [route for route in routes() if not route.startswith(("/s/", "/login/", "/logout/"))]


def address(route: str, **values: object) -> str:
    """The route with these values, and "1" for what they do not name."""
    return _PARAMETER.sub(lambda match: str(values.get(match[1], "1")), route)
