"""Branches of people's dialogues with models at a provider: the provider is named, and nothing is sent without consent."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from simulation.branches.forking import fork
from simulation.branches.requests import BranchRequest
from simulation.models import Branch
from simulation.requests import RequestError
from studies.models import Dialogue
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_staff
from tests.simulation.branches.branching import simulated_dialogue
from tests.simulation.scripts import MODELS_FILE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remote_model")]
REMOTE: dict[str, Any] = {"inquirer": "remote", "responder": "answerer"}
SENTENCE = "What a participant wrote in the earlier turns would be sent to api.example.org. Confirm that participants"


@pytest.fixture
def remote_model(settings: Settings, tmp_path: Path) -> None:
    remote = """
[models.remote]
backend = "openai"
model = "m"
base_url = "https://api.example.org/v1"
[models.remote.inquirer]
prompts = "llama-2"
"""
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text("utf-8") + remote, "utf-8")


@pytest.fixture
def natural() -> Dialogue:
    return make_natural_dialogue(make_participant(simulated_dialogue().study), turns=2)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def test_without_consent_nothing_is_stored_and_with_it_the_branch_begins(natural: Dialogue) -> None:
    with pytest.raises(RequestError, match=SENTENCE):
        fork(natural, BranchRequest(2, **REMOTE))
    assert not Branch.objects.exists()
    assert fork(natural, BranchRequest(2, **REMOTE, has_consent=True)).shared == 1


def test_a_branch_of_a_branch_still_holds_their_words(natural: Dialogue) -> None:
    here = fork(natural, BranchRequest(2, inquirer="asker", responder="answerer"))
    with pytest.raises(RequestError, match=SENTENCE):
        fork(here.dialogue, BranchRequest(2, inquirer="remote"))


def test_what_no_person_wrote_needs_no_consent(natural: Dialogue) -> None:
    simulated = Dialogue.objects.get(kind="simulated")
    assert fork(simulated, BranchRequest(2, inquirer="remote")).shared == 1
    first = fork(natural, BranchRequest(1, **REMOTE))
    assert first.shared == 0
    assert fork(first.dialogue, BranchRequest(1)).shared == 0


def test_the_form_names_the_provider_and_asks_for_a_tick(client: Client, natural: Dialogue) -> None:
    address = f"/dialogues/{natural.token}/branches/2/"
    page = client.get(address).text
    assert "remote (sends the dialogue to api.example.org)" in page
    assert "Participants have consented that api.example.org may receive what they wrote" in page
    refused = client.post(address, REMOTE)
    assert (refused.status_code, SENTENCE in refused.text, Branch.objects.count()) == (422, True, 0)
    client.post(address, REMOTE | {"has_consent": "on"})
    assert Branch.objects.get().inquirer == "remote"


def test_the_form_asks_for_no_tick_if_nothing_of_a_person_can_be_sent(client: Client, natural: Dialogue) -> None:
    simulated = Dialogue.objects.get(kind="simulated")
    for address in (f"/dialogues/{natural.token}/branches/1/", f"/dialogues/{simulated.token}/branches/2/"):
        assert "have consented" not in client.get(address).text


def test_the_command_needs_an_option(natural: Dialogue) -> None:
    options = [natural.token, "--turn", "2", "--inquirer", "remote", "--responder", "answerer", "--queue"]
    with pytest.raises(CommandError, match=r"The option --participants-consented confirms it\.") as refused:
        call_command("fork", *options)
    assert refused.value.returncode == 2
    assert not Branch.objects.exists()
    call_command("fork", *options, "--participants-consented", stderr=StringIO())
    assert Branch.objects.get().inquirer == "remote"
