"""Budgets: a run pauses at its budget, keeps every turn, and continues once the budget is raised."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client
from pytest_django import Settings

from jobs.leases import LEASE
from simulation import services
from simulation.budgets import claim_within_budget, parse_budget, set_budget
from simulation.cells import CELLS
from simulation.costs import cost_of
from simulation.models import Run, Simulation
from simulation.requests import RequestError, RunRequest
from simulation.workers import Worker
from studies.models import Dialogue, Output, Study, Turn
from tests.factories import make_staff, make_study
from tests.installation import Installation
from tests.simulation.commanding import figures, refusal, simulate
from tests.simulation.scripts import ASKS, MODELS_FILE, let_pass, make_worker, scripts, stop_after, work_off
from tests.simulation.test_costs import Uncounting

pytestmark = pytest.mark.django_db

PRICES = "[models.asker.price]\ninput = 0\noutput = 1000000\n[models.answerer.price]\ninput = 0\noutput = 0\n"
"""One USD for each word of the inquirer."""
RACE = """
import json
from threading import Event
from django.db import transaction
from simulation.budgets import claim_within_budget, halt_spent_runs
from simulation.models import Run
from tests.factories import make_run, make_study
from tests.racing import at_once

prices = {{"inquirer": {{"input": 1.0, "output": 1.0, "currency": "USD"}}}}
study = make_study("race-{claims_first}")
run = make_run(study, state=Run.State.RUNNING, is_queued=True, budget=5.0, prices=prices, counted_outputs=1)
has_begun = Event()

def claim():
    return len(claim_within_budget(run, run.simulations.all(), "ann", 1))

def halt():
    Run.objects.filter(pk=run.pk).update(cost=5.0)
    halt_spent_runs()

def begin(act):
    with transaction.atomic():
        found = act()
        has_begun.set()
        Event().wait(1)
    return found

def follow(act):
    has_begun.wait()
    return act()

first, second = (claim, halt) if {claims_first} else (halt, claim)
told = at_once(lambda work: work(), (lambda: begin(first), lambda: follow(second)))
state = Run.objects.get(pk=run.pk).state
print(json.dumps({{"state": state, "claimed": told[0 if {claims_first} else 1]}}))
"""
FIRST_TURN = 4
DIALOGUE = 6


@pytest.fixture(autouse=True)
def priced(tmp_path: Path, settings: Settings) -> Path:
    """Return a models file in which both models have prices."""
    file: Path = tmp_path / "models.toml"
    settings.MODELS_FILE = file
    file.write_text(MODELS_FILE.read_text("utf-8") + PRICES, "utf-8")
    return file


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def play(run: Run, concurrency: int = 1, **models: Any) -> Run:
    services.start_run(run)
    return work_off(run, worker(concurrency, **models))


def worker(concurrency: int, **models: Any) -> Worker:
    """Return a worker that gives up if the run does not pause, after seconds without anything to do."""
    return make_worker(scripts(**models), concurrency=concurrency, should_stop=stop_after(200))


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Stop a command that does not end by itself, as its user would."""
    timer = Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def run_with(budget: float, study: Study | None = None) -> Run:
    return services.request_run(study or make_study(), RunRequest("asker", "answerer", budget=budget))


def spent(run: Run) -> float:
    cost = cost_of(Run.objects.get(pk=run.pk))
    assert cost is not None
    return cost.amount


def test_a_run_pauses_at_its_budget_and_says_what_to_do() -> None:
    run = play(run_with(DIALOGUE + FIRST_TURN))
    assert (run.state, run.message) == (
        Run.State.PAUSED,
        "The run has cost 10.00 USD and reached its budget of 10.00 USD. Raise the budget and start the run again.",
    )
    assert list(Dialogue.objects.values_list("ending", flat=True)) == ["goal_reached", ""]
    assert not Simulation.objects.exclude(worker="", leased_until=None).exists()


def test_a_run_below_its_budget_finishes() -> None:
    run = play(run_with(4 * DIALOGUE + 1))
    assert (run.state, spent(run)) == (Run.State.FINISHED, 4 * DIALOGUE)


def test_turns_in_progress_are_finished_and_stored() -> None:
    run = play(run_with(1), concurrency=4)
    assert run.state == Run.State.PAUSED
    assert list(Turn.objects.values_list("position", "state")) == [(0, "complete")] * 4
    assert Output.objects.count() == 8
    assert spent(run) == 4 * FIRST_TURN


def test_a_run_continues_from_its_turns_once_the_budget_is_raised() -> None:
    run = play(run_with(1), concurrency=4)
    before = list(Turn.objects.order_by("pk").values())
    set_budget(run, 100)
    assert (run.message, run.state) == ("", Run.State.PAUSED)
    play(run)
    assert list(Turn.objects.order_by("pk").values())[:4] == before
    assert (run.state, Turn.objects.count(), spent(run)) == (Run.State.FINISHED, 8, 4 * DIALOGUE)


def test_a_run_at_its_budget_does_not_start() -> None:
    run = play(run_with(1))
    turns = Turn.objects.count()
    services.restart_run(run)
    run.refresh_from_db()
    assert (run.state, "Raise the budget" in run.message) == (Run.State.PAUSED, True)
    play(run)
    assert Turn.objects.count() == turns


def test_no_worker_claims_a_dialogue_of_a_run_at_its_budget_while_another_finishes_its_turn() -> None:
    run = run_with(5)
    services.start_run(run)
    [held] = CELLS.claim(run.simulations.all(), "another", 1)
    Run.objects.update(cost=5, counted_outputs=1)
    assert work_off(run, make_worker(should_stop=stop_after(5))).state == Run.State.RUNNING
    assert not Turn.objects.exists()
    CELLS.release([held.pk], "another")
    assert work_off(run, worker(1)).state == Run.State.PAUSED


def test_a_run_pauses_although_the_worker_of_its_last_turn_was_killed() -> None:
    run = run_with(5)
    services.start_run(run)
    CELLS.claim(run.simulations.all(), "killed", 1)
    Run.objects.update(cost=5, counted_outputs=1)
    let_pass(2 * LEASE)
    assert work_off(run, worker(1)).state == Run.State.PAUSED


def test_nobody_claims_a_dialogue_of_a_run_that_has_just_reached_its_budget() -> None:
    run = run_with(5)
    services.start_run(run)
    assert len(claim_within_budget(run, run.simulations.all(), "ann", 1)) == 1
    Run.objects.update(cost=5, counted_outputs=1)
    assert claim_within_budget(run, run.simulations.all(), "bob", 1) == []


@pytest.mark.parametrize("claims_first", [True, False])
def test_no_run_pauses_at_its_budget_while_a_worker_claims_one_of_its_dialogues(
    claims_first: bool, racing_site: Installation
) -> None:
    """Its worker would lose the turn that it begins."""
    told = json.loads(racing_site.evaluate(RACE.format(claims_first=claims_first)))
    assert told == ({"state": "running", "claimed": 1} if claims_first else {"state": "paused", "claimed": 0})


def test_a_budget_cannot_be_kept_if_the_provider_counts_nothing() -> None:
    run = play(run_with(1000), asker=Uncounting(['"Q"'] * 12))
    assert run.state == Run.State.PAUSED
    assert "The provider reported no token counts for" in run.message
    assert run.message.endswith(
        "so the cost is unknown and the budget cannot be kept. Remove the budget and start the run again."
    )
    set_budget(run, None)
    assert play(run, asker=Uncounting(ASKS)).state == Run.State.FINISHED


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e99", "$25", "25,50", "much", "", "None"])
def test_nonsense_is_no_budget(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_budget(text)
    assert str(caught.value) == f"Enter the budget as a number above 0, such as 25. You entered {text!r}."


def test_a_budget_needs_prices(priced: Path) -> None:
    priced.write_text(MODELS_FILE.read_text("utf-8"))
    with pytest.raises(RequestError) as caught:
        run_with(5)
    assert str(caught.value) == (
        "A budget needs prices. Add [models.asker.price] and [models.answerer.price] with `input` and `output`, the prices of "
        "a million tokens, to models.toml."
    )
    assert not Run.objects.exists()


def test_a_budget_needs_the_prices_of_all_apis(priced: Path) -> None:
    text = priced.read_text().replace('backend = "scripted"', 'backend = "openai"\nmodel = "m"', 2)
    priced.write_text(text[: text.index("[models.answerer.price]")])
    with pytest.raises(RequestError, match=r"Add \[models.answerer.price\] with"):
        run_with(5)


def test_another_request_for_the_run_changes_the_budget_only_if_it_names_one() -> None:
    run = run_with(5)
    assert services.request_run(run.study, RunRequest("asker", "answerer")).budget == 5
    assert run_with(6, run.study).budget == 6
    assert Run.objects.count() == 1


def test_simulate_stops_at_the_budget_and_goes_on_with_a_higher_one() -> None:
    make_study()
    with pytest.raises(CommandError) as caught, stopped_after(60):
        simulate("--budget", "6", "--goals", "1", "--concurrency", "1")
    assert caught.value.returncode == 2
    assert str(caught.value).startswith("The run has cost 7.00 USD and reached its budget of 6.00 USD.")
    assert figures("--budget", "100", "--goals", "1")["cost"]["amount"] == 26


def test_simulate_refuses_nonsense_before_it_stores_anything(priced: Path) -> None:
    make_study()
    assert "You entered '0'." in refusal("--budget", "0")
    priced.write_text(MODELS_FILE.read_text("utf-8"))
    assert "A budget needs prices." in refusal("--budget", "5")
    assert not Run.objects.exists()


def test_the_form_for_new_runs_sets_a_budget(client: Client, priced: Path) -> None:
    make_study()
    form = {"inquirer": "asker", "responder": "answerer", "goals": ["1"], "personas": "all", "features": "all"}
    form |= {"seeds": "73", "max_turns": "12"}
    page = client.post("/studies/demo/", form | {"budget": "-3"})
    assert page.status_code == 422
    assert "Enter the budget as a number above 0, such as 25. You entered &#x27;-3&#x27;." in page.text
    client.post("/studies/demo/", form | {"budget": "25"})
    assert Run.objects.get().budget == 25
    priced.write_text(MODELS_FILE.read_text("utf-8"))
    Run.objects.all().delete()
    page = client.post("/studies/demo/", form | {"budget": "25"})
    assert "A budget needs prices." in page.text
    assert not Run.objects.exists()


def test_the_runs_page_shows_and_changes_the_budget(client: Client) -> None:
    run = play(run_with(1))
    address = f"/runs/{run.token}/"
    page = unescape(client.get(address).text)
    assert "Raise the budget and start the run again." in page
    assert "of a budget of 1.00 USD" in page
    page = unescape(client.post(address, {"action": "budget", "budget": "0"}, follow=True).text)
    assert "Enter the budget as a number above 0, such as 25. You entered '0'." in page
    client.post(address, {"action": "budget", "budget": "80"})
    run.refresh_from_db()
    assert (run.budget, run.message) == (80, "")
    client.post(address, {"action": "budget", "budget": ""})
    run.refresh_from_db()
    assert run.budget is None
