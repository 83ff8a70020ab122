"""What a browser does at a study's door."""

from typing import Any

from django.test import Client


def agree(client: Client, query: str = "") -> Any:
    """Reads the welcome page and presses the button on it."""
    page = client.get(f"/s/demo/{query}")
    assert page.status_code == 200, page.text
    return client.post(f"/s/demo/consent/?{page.context['arrival'].query}", {"agreement": page.context["agreement"]})
