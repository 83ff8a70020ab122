"""The pages on which an evaluation is planned, sent as they are shown but for the test's changes."""

from typing import Any

from django.test import Client

from studies.models import Study
from tests.collection.research.forms import read_form
from tests.evaluation.factories import KNOWN

NEW = "/studies/demo/evaluations/new/"
PAGE = "/studies/demo/evaluations/1/"
EDIT = f"{PAGE}edit/"
TRAINING = KNOWN | {"role": "training"}


def read(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).text.split())


def send(client: Client, address: str, **typed: Any) -> Any:
    """Sends the page's form as it is shown, but for what is typed."""
    sent = read_form(client.get(address).text) | typed
    return client.post(address, {name: value for name, value in sent.items() if value != ""})


def every_run(study: Study) -> list[str]:
    return [str(run.pk) for run in study.runs.all()]
