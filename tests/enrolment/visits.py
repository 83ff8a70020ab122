"""A browser's actions on the first page of a study or an evaluation."""

import time
from typing import Any

from django.test import Client

STUDY = "/s/demo/"
EVALUATION = "/s/demo/judge/1/"


def agree(client: Client, query: str = "", door: str = STUDY) -> Any:
    """Read the welcome page and press the button on it."""
    page = client.get(f"{door}{query}")
    assert page.status_code == 200, page.text
    return client.post(f"{door}consent/?{page.context['landing'].query}", {"agreement": page.context["agreement"]})


def agree_to_judge(client: Client, query: str = "") -> Any:
    """Do the same as ``agree`` in the study's first evaluation."""
    return agree(client, query, EVALUATION)


def wait_for_room_in_the_minute(seconds: float = 20) -> None:
    """Wait for the next minute if the current one is nearly over, because consents are counted per minute of the clock."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)
