"""What a browser does at a study's door."""

import time
from typing import Any

from django.test import Client


def agree(client: Client, query: str = "") -> Any:
    """Reads the welcome page and presses the button on it."""
    page = client.get(f"/s/demo/{query}")
    assert page.status_code == 200, page.text
    return client.post(f"/s/demo/consent/?{page.context['arrival'].query}", {"agreement": page.context["agreement"]})


def wait_for_room_in_the_minute(seconds: float = 20) -> None:
    """Consents are counted by the minute of the clock: who wants to reach the limit must not begin at the end of one."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)
