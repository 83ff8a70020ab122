"""Requests of a judging page, through Django's client."""

import json
from typing import Any

from django.test import Client

from evaluation.models import Choice, Confidence, Evaluator, Presentation
from tests.enrolment.people import come_back

WHOLE = {"choice": Choice.FIRST, "confidence": Confidence.VERY, "utterance_number": 1}
SIDED = {"utterance_side": "first", "utterance_bubble": "prompt"}
CLOCKS = {
    "elapsed": 60.0,
    "first_interaction": 1.5,
    "decision": 40.0,
    "active": 45.0,
    "hidden": 10.0,
    "idle": 5.0,
    "scrolled_first": 1.0,
    "scrolled_second": 0.5,
}


def client_of(evaluator: Evaluator) -> Client:
    """A browser that knows the evaluator."""
    client = Client()
    come_back(client, evaluator)
    return client


def pairs(evaluator: Evaluator, *parts: str) -> str:
    """The address of a judging page."""
    evaluation = evaluator.evaluation
    return "/".join([f"/s/{evaluation.place}/judge/{evaluation.number}/pairs", *parts, ""])


def post(client: Client, address: str, answer: dict[str, Any], **more: Any) -> Any:
    """Sends an answer as the page's script does."""
    return client.post(address, json.dumps({"answer": answer, **more}), content_type="application/json")


def send_draft(evaluator: Evaluator, presentation: Presentation, answer: dict[str, Any], **more: Any) -> Any:
    return post(client_of(evaluator), pairs(evaluator, presentation.token, "draft"), answer, **more)


def send(
    evaluator: Evaluator, presentation: Presentation, answer: dict[str, Any] = WHOLE, key: str = "key-1", **more: Any
) -> Any:
    """Submits."""
    return post(client_of(evaluator), pairs(evaluator, presentation.token, "submit"), answer, key=key, **more)
