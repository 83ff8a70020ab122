"""What a run costs: all outputs of its models, at the prices with which it started."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from dialogue.backends.base import Reply
from dialogue.backends.scripted import ScriptedModel
from simulation import services
from simulation.costs import Cost, cost_of, unpriced_apis
from simulation.models import Run
from studies.models import Output, Study
from tests.factories import make_staff, make_study
from tests.simulation.commanding import figures, simulate
from tests.simulation.scripts import ASKS, MODELS_FILE, make_worker, request_run, scripts, work_off

pytestmark = pytest.mark.django_db

ASKER = "[models.asker.price]\ninput = 100\noutput = 1000\n"
ANSWERER = "[models.answerer.price]\ninput = 10\noutput = 100\n"


@pytest.fixture
def priced(tmp_path: Path, settings: Settings) -> Path:
    """Return a models file in which both models have prices."""
    settings.MODELS_FILE = tmp_path / "models.toml"
    return price(settings.MODELS_FILE, ASKER + ANSWERER)


def approx(amount: float) -> Any:
    return pytest.approx(amount)


def price(file: Path, tables: str) -> Path:
    file.write_text(MODELS_FILE.read_text("utf-8") + tables, "utf-8")
    return file


def one_cell() -> Study:
    return make_study(goal_count=1, persona_count=1)


def play(file: Path, **models: Any) -> Run:
    run = request_run(one_cell(), models_file=file)
    services.start_run(run)
    return work_off(run, make_worker(scripts(**models), models_file=file))


def expected(asker: bool = True, answerer: bool = True) -> float:
    """Return the cost of all stored outputs."""
    prices = {"inquirer": (100, 1000) if asker else (0, 0), "responder": (10, 100) if answerer else (0, 0)}
    total = 0.0
    for output in Output.objects.all():
        read, written = prices[output.speaker]
        total += (read * (output.prompt_tokens or 0) + written * (output.completion_tokens or 0)) / 1e6
    return total


def test_a_run_costs_all_outputs_of_both_models(priced: Path) -> None:
    run = play(priced)
    cost = cost_of(run)
    assert Output.objects.count() == 5  # two turns and the stop token
    assert cost == Cost(approx(expected()), "USD", 5, 0)
    assert cost.amount > 0


def test_rejected_outputs_cost_as_much_as_others(priced: Path) -> None:
    regenerating = priced.read_text().replace(
        "coherence = { max_n = 8 }", "coherence = { max_n = 8 }\nregenerate_tries = 2"
    )
    priced.write_text(regenerating)
    run = play(priced, asker=ScriptedModel(["no quotation marks at all"]))
    assert [output.attempt for output in Output.objects.all()] == [0, 1, 2]
    assert cost_of(run) == Cost(approx(expected()), "USD", 3, 0)


class Uncounting(ScriptedModel):
    """A model whose provider counts no tokens for the output at position ``lost``."""

    lost: int | None = None

    async def generate(self, messages: Any, sampling: Any, conversation: str) -> Any:
        position = sum(message.role == "assistant" for message in messages)
        async for piece in super().generate(messages, sampling, conversation):
            is_lost = self.lost in (None, position)
            yield _without_counts(piece) if is_lost and isinstance(piece, Reply) else piece


def _without_counts(reply: Reply) -> Reply:
    return Reply(reply.text, reply.stop_reason, None, None, reply.first_token_seconds, reply.seconds)


def test_outputs_without_token_counts_are_said_and_not_taken_as_free(priced: Path) -> None:
    asker = Uncounting(ASKS)
    asker.lost = 0
    cost = cost_of(play(priced, asker=asker))
    assert cost is not None
    assert (cost.counted, cost.uncounted) == (4, 1)
    assert cost.estimate == approx(cost.amount * 5 / 4)
    assert "at least " in cost.words
    assert "(the provider reported no token counts for 1 of 5 outputs)" in cost.words


def test_a_model_without_a_price_costs_nothing_and_a_run_of_such_models_has_no_cost(priced: Path) -> None:
    run = play(price(priced, ASKER))
    assert cost_of(run) == Cost(approx(expected(answerer=False)), "USD", 3, 0)
    assert cost_of(request_run(make_study("other"))) is None


def test_a_run_keeps_its_prices_when_models_toml_changes(priced: Path) -> None:
    run = play(priced)
    before = cost_of(run)
    price(priced, ASKER.replace("100", "999") + ANSWERER)
    again = request_run(run.study, models_file=priced, seeds=(73, 321))
    assert again == run
    assert (cost_of(again), again.prices) == (before, run.prices)


def test_a_run_that_has_not_started_takes_the_prices_of_its_start(priced: Path) -> None:
    run = request_run(one_cell(), models_file=priced)
    price(priced, ASKER.replace("100", "7") + ANSWERER)
    services.start_run(run)
    run.refresh_from_db()
    assert run.prices["inquirer"]["input"] == 7


def test_a_price_that_is_added_later_counts_for_earlier_outputs(priced: Path) -> None:
    price(priced, ASKER)
    run = play(priced)
    price(priced, ASKER + ANSWERER)
    assert cost_of(request_run(run.study, models_file=priced)) == Cost(approx(expected()), "USD", 5, 0)


def test_prices_are_no_part_of_what_identifies_a_run(priced: Path) -> None:
    run = request_run(one_cell(), models_file=priced)
    price(priced, "")
    assert request_run(run.study, models_file=priced) == run


@pytest.mark.usefixtures("demo")
def test_simulate_reports_the_cost(priced: Path) -> None:
    assert "Cost of the run                    0." in simulate("--goals", "1", "--personas", "1")
    cost = figures("--goals", "1", "--personas", "1")["cost"]
    assert cost == {"amount": approx(expected()), "currency": "USD", "outputs": 5, "uncounted": 0}
    price(priced, "")
    assert figures("--goals", "1", "--personas", "1", "--max-turns", "1")["cost"] is None


def test_pages_show_the_cost(priced: Path) -> None:
    run = play(priced)
    client = Client()
    client.force_login(make_staff())
    words = f"{expected():.4f} USD"
    assert f"Cost: <strong>{words}</strong>" in client.get(f"/runs/{run.token}/").text
    assert words in client.get("/studies/demo/simulate/").text


def test_the_page_names_an_api_model_without_a_price(priced: Path) -> None:
    run = request_run(one_cell(), models_file=priced)
    text = priced.read_text().replace('backend = "scripted"', 'backend = "openai"\nmodel = "m"', 1)
    priced.write_text(text.replace(ASKER, "").replace(ANSWERER, ""))
    Run.objects.update(prices={})
    run.refresh_from_db()
    assert unpriced_apis(run) == ["asker"]
    client = Client()
    client.force_login(make_staff())
    assert "The cost of asker is unknown" in client.get(f"/runs/{run.token}/").text
