"""Downloads of a study's data."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient, Client
from django.utils import timezone

from studies.models import Study
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_check, make_dialogue, make_staff, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = make_dialogue().study
    participant = make_participant(study, external_id="platform-1")
    make_natural_dialogue(participant, ending="next_goal")
    make_natural_dialogue(participant)
    return study


def fetch(client: Client, name: str) -> str:
    answer = client.get(f"/studies/demo/data/{name}")
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(len(body))
    assert answer["Content-Disposition"].endswith(f'-{name}"')
    return body.decode()


def test_the_page_says_what_there_is_and_what_stays_out(client: Client, study: Study) -> None:
    page = " ".join(client.get("/studies/demo/data/").text.split())
    assert "<strong>1</strong> ended, 1 in progress and left out" in page
    assert "<strong>1</strong> participant, one row each" in page
    assert "answers-with-external-ids.csv" in page


def test_a_study_without_data_says_where_they_come_from(client: Client) -> None:
    make_study()
    page = client.get("/studies/demo/data/").text
    assert "Open the study to participants" in page
    assert "Start a run" in page


def test_every_kind_of_dialogue_comes_in_every_form(client: Client, study: Study) -> None:
    for kind in ("natural", "simulated"):
        (line,) = fetch(client, f"{kind}.jsonl").splitlines()
        assert json.loads(line)["kind"] == kind
        for name in (f"{kind}.csv", f"{kind}-spreadsheet.csv"):
            rows = list(csv.DictReader(StringIO(fetch(client, name).removeprefix("\ufeff"), newline="")))
            assert {row["kind"] for row in rows} == {kind}


def test_unsafe_dialogues_are_counted_and_come_only_in_the_file_that_says_so(client: Client, study: Study) -> None:
    dialogue = study.dialogues.filter(kind="simulated")[0]
    make_check(dialogue)
    page = " ".join(client.get("/studies/demo/data/").text.split())
    assert "<strong>0</strong> ended, 1 unsafe and left out" in page
    assert "simulated-with-unsafe.jsonl" in page and "natural-with-unsafe.jsonl" not in page
    assert fetch(client, "simulated.jsonl") == ""
    assert dialogue.token in fetch(client, "simulated-with-unsafe.jsonl")


def test_branches_are_listed_as_soon_as_there_are_any(client: Client, study: Study) -> None:
    assert "Branches" not in client.get("/studies/demo/data/").text
    branch = study.dialogues.filter(kind="simulated")[0]
    branch.pk, branch.token, branch.kind, branch.ending, branch.ended_at = None, "branch", "branch", "", None
    branch.save()
    assert "<strong>0</strong> ended, 1 in progress and left out" in client.get("/studies/demo/data/").text
    study.dialogues.filter(kind="branch").update(ended_at=timezone.now())
    make_check(branch)
    page = " ".join(client.get("/studies/demo/data/").text.split())
    assert "<strong>0</strong> ended, 1 unsafe and left out" in page
    assert "branch-with-unsafe.jsonl" in page


def test_answers_carry_external_ids_only_in_the_file_that_says_so(client: Client, study: Study) -> None:
    assert "platform-1" not in fetch(client, "answers.csv") + fetch(client, "answers-spreadsheet.csv")
    assert "platform-1" in fetch(client, "answers-with-external-ids.csv")


def test_a_file_that_would_be_incomplete_is_not_sent_but_explained(client: Client, study: Study) -> None:
    with connection.execute_wrapper(WithdrawAfterCounting(study)):
        answer = client.get("/studies/demo/data/natural.jsonl")
    assert answer.status_code == 409
    assert "No file was downloaded. 0 of 1 dialogues were written" in answer.text


class WithdrawAfterCounting:
    """Delete dialogues as soon as they have been counted, like a withdrawal at the worst moment."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.is_done = False

    def __call__(self, execute: Any, sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if "COUNT(" in sql and not self.is_done:
            self.is_done = True
            self.study.dialogues.filter(kind="natural").delete()
        return result


def test_strangers_and_unknown_files_get_nothing(client: Client, study: Study) -> None:
    assert client.get("/studies/demo/data/passwords.csv").status_code == 404
    assert Client().get("/studies/demo/data/natural.jsonl").status_code == 302
    guest = Client()
    guest.force_login(User.objects.create_user("guest"))
    assert guest.get("/studies/demo/data/natural.jsonl").status_code == 403


@pytest.mark.django_db(transaction=True)
async def test_an_asynchronous_server_sends_the_same_piece_by_piece(study: Study) -> None:
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(make_staff)())
    answer: Any = await client.get("/studies/demo/data/natural.jsonl")
    assert answer.is_async
    body = b"".join([chunk async for chunk in answer.streaming_content])
    assert json.loads(body)["kind"] == "natural"
