"""What a browser does at an evaluation's door."""

from typing import Any

from django.test import Client

DOOR = "/s/demo/judge/1/"


def agree(client: Client, query: str = "") -> Any:
    """Reads the welcome page and presses the button on it."""
    page = client.get(f"{DOOR}{query}")
    assert page.status_code == 200, page.text
    return client.post(f"{DOOR}consent/?{page.context['arrival'].query}", {"agreement": page.context["agreement"]})
