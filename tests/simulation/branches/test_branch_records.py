"""What is stored and exported of how a branch was played: its cost, and the software of its workers."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from simulation.branches.forking import fork
from simulation.branches.queue import BRANCHES
from simulation.branches.records import export_branches
from simulation.branches.requests import BranchRequest
from simulation.casting import Casting
from simulation.costs import cost_of
from simulation.models import Branch
from studies.models import Output
from tests.factories import make_staff
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue
from tests.simulation.scripts import MODELS_FILE, scripts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]

PRICES = "[models.answerer.price]\ninput = 0\noutput = 1000\n"


@pytest.fixture
def priced(tmp_path: Path, settings: Settings) -> Path:
    """Return a models file in which the responder has a price."""
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text("utf-8") + PRICES, "utf-8")
    return Path(settings.MODELS_FILE)


def played_branch(file: Path) -> Branch:
    branch = fork(simulated_dialogue(), BranchRequest(2), file)
    BRANCHES.start(branch)
    found = scripts()
    play(branch, casting=Casting(file, lambda spec: found[spec.name]))
    return branch


def test_a_branch_costs_its_own_outputs_and_not_those_of_the_turns_that_it_copied(priced: Path) -> None:
    branch = played_branch(priced)
    answers = Output.objects.filter(dialogue=branch.dialogue, speaker="responder")
    tokens = sum(answer.completion_tokens or 0 for answer in answers)
    cost = cost_of(branch)
    assert cost is not None and tokens > 0
    assert cost.amount == pytest.approx(tokens / 1000)
    assert cost.counted == len(answers)


def test_the_page_and_the_export_name_the_cost_and_the_software(priced: Path, client: Client) -> None:
    branch = played_branch(priced)
    [line] = export_branches(branch.parent.study)
    record = json.loads(line)
    assert record["cost"]["amount"] == pytest.approx(branch.cost)
    assert record["determinism"] == "exact"
    assert record["environments"][0]["content"]["software"] == record["provenance"]["software"]
    client.force_login(make_staff())
    page = client.get(f"/dialogues/{branch.parent.token}/branches/2/").text
    assert cost_of(branch).words in page  # type: ignore[union-attr] # it has a price


def test_a_branch_without_prices_has_no_cost() -> None:
    branch = branch_at(simulated_dialogue(), 2)
    play(branch)
    assert cost_of(branch) is None
