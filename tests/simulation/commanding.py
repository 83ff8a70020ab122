"""``manage.py simulate``, called through Django."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from studies.models import Dialogue


def simulate(*options: str, study: str = "demo", inquirer: str = "asker", responder: str = "answerer") -> str:
    """Return the output of the command."""
    out = StringIO()
    call_command("simulate", study, "--inquirer", inquirer, "--responder", responder, *options, stdout=out)
    return out.getvalue()


def figures(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulate("--json", *options))
    return found


def refusal(*options: str, **fields: str) -> str:
    """Return the sentence with which the command fails; the exit status must be 2."""
    with pytest.raises(CommandError) as caught:
        simulate(*options, **fields)
    sentence = str(caught.value)
    assert caught.value.returncode == 2
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not Dialogue.objects.exists()
    return sentence
