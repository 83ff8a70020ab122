"""Training pairs and attention checks of one's own, from a file."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluation.models import Evaluation
from studies.models import Study
from tests.evaluation.research.planning import EDIT, NEW, TRAINING, every_run, read, send

pytestmark = pytest.mark.django_db


def upload(content: str, name: str = "pairs.toml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


@pytest.mark.parametrize("name", ["pairs.json", "pairs.toml"])
def test_own_known_pairs_come_from_a_file_and_can_be_forgotten(client: Client, study: Study, name: str) -> None:
    content = json.dumps([TRAINING]) if name.endswith("json") else f"pairs = [{toml_table(TRAINING)}]"
    assert send(client, NEW, runs=every_run(study), known_pairs_file=upload(content, name)).status_code == 302
    assert Evaluation.objects.get().known_pairs == [TRAINING]
    assert "1 pair of your own is stored" in read(client, EDIT)
    assert send(client, EDIT, forgets_known_pairs="on").status_code == 302
    assert Evaluation.objects.get().known_pairs == []


def test_what_no_database_takes_is_made_visible_in_known_pairs(client: Client, study: Study) -> None:
    content = json.dumps([TRAINING | {"goal": "NUL \x00 and half a pair \ud83d"}])
    assert send(client, NEW, runs=every_run(study), known_pairs_file=upload(content, "pairs.json")).status_code == 302
    assert Evaluation.objects.get().known_pairs[0]["goal"] == "NUL \ufffd and half a pair \ufffd"


def toml_table(values: dict[str, Any]) -> str:
    """A flat object of texts and lists, which TOML writes as JSON does but for the keys."""
    return "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items()) + "}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("pairs = [", "cannot be read as TOML"),
        ("\xff\xfe", "cannot be read as TOML"),
        ("pairs = " + "[" * 9000, "cannot be read as TOML"),
        ("pairs = " + "9" * 5000, "cannot be read as TOML"),
        ("", "This file contains no pairs"),
        ('pairs = [{role = "boss"}]', "Pair 1 must have the role"),
    ],
)
def test_a_file_that_holds_no_known_pairs_is_refused_in_words(
    client: Client, study: Study, content: str, words: str
) -> None:
    file = SimpleUploadedFile("pairs.toml", content.encode("latin-1") or b"\n")
    answer = send(client, NEW, runs=every_run(study), known_pairs_file=file)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert not Evaluation.objects.exists()
