"""A run's page: progress, endings, the table of dialogues, and actions."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from simulation import figures
from simulation.models import Run, Simulation
from studies.models import Dialogue, Output
from tests.factories import make_dialogue, make_run, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def run() -> Run:
    """Return a run with four cells: one reached its goal, one failed, one is in progress, one is waiting."""
    run = make_run(state=Run.State.RUNNING, is_queued=True)
    cells = list(run.simulations.all())
    make_dialogue(cells[0], turns=3, ending="goal_reached")
    make_dialogue(cells[1], turns=1, ending="no_prompt")
    make_dialogue(cells[2], turns=2, ending="")
    return run


def rows(page: str) -> list[str]:
    """Return the text of each row of the table of dialogues."""
    table = page.split('<table class="cells">')[1].split("<tbody>")[1].split("</tbody>")[0]
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in table.split("</tr>")[:-1]]


def look(client: Client, run: Run, query: str = "") -> str:
    return client.get(f"/runs/{run.token}/{query}").text


def act(client: Client, run: Run, action: str) -> Any:
    return client.post(f"/runs/{run.token}/", {"action": action}, follow=True)


def news(client: Client, run: Run, **seen: str) -> Any:
    return client.get(f"/runs/{run.token}/live/", seen, headers={"HX-Request": "true"})


def test_every_dialogue_has_a_row_that_says_where_it_stands(client: Client, run: Run) -> None:
    assert rows(look(client, run)) == [
        "P01 on goal 1, seed 73 1 Math 73 3 goal reached",
        "P01 on goal 2, seed 73 2 Math 73 1 no prompt",
        "P02 on goal 1, seed 73 1 Math 73 2 running",
        "P02 2 Math 73 0 waiting",
    ]


def test_endings_are_counted_in_words(client: Client, run: Run) -> None:
    words = " ".join(re.sub("<[^>]*>", " ", look(client, run)).split())
    assert "2 of 4 dialogues ended" in words
    assert "goal reached 1 (50%) no prompt 1 (50%)" in words


def test_an_infrastructure_error_is_shown_at_its_cell_as_text(client: Client, run: Run) -> None:
    Simulation.objects.filter(dialogue=None).update(error="The API <script> is down.", failures=2)
    assert rows(look(client, run))[3] == "P02 2 Math 73 0 waiting to try again The API &lt;script&gt; is down."


def test_a_setting_that_a_server_was_not_sent_is_named_before_a_dialogue_has_ended(client: Client, run: Run) -> None:
    sentence = (
        "The responder&#x27;s outputs are generated without seed and top_k, because its server does not support them or "
        "models.toml omits them."
    )
    run.configuration["responder"]["backend"] = "openai"
    run.save()
    assert "are generated without" not in look(client, run)
    run.simulations.exclude(finished_at=None).delete()
    Output.objects.filter(dialogue__simulation__run=run, speaker="responder").update(unsent="seed top_k")
    assert sentence in look(client, run)
    assert sentence in news(client, run, seen="before").text


def test_a_cell_whose_worker_died_is_not_said_to_run(client: Client, run: Run) -> None:
    Simulation.objects.filter(finished_at=None).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert rows(look(client, run))[2].endswith("waiting")


def test_a_paused_run_says_why(client: Client, run: Run) -> None:
    Run.objects.update(state=Run.State.PAUSED, message="Stopped after 8 failures in a row: the key is wrong.")
    assert "the key is wrong." in look(client, run)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?ending=goal_reached", ["3 goal reached"]),
        ("?ending=unfinished", ["2 running", "0 waiting"]),
        ("?goal=2", ["1 no prompt", "0 waiting"]),
        ("?ending=unfinished&goal=2", ["0 waiting"]),
        ("?ending=nonsense&goal=x&page=-3", ["3 goal reached", "1 no prompt", "2 running", "0 waiting"]),
    ],
)
def test_the_table_can_be_filtered(client: Client, run: Run, query: str, shown: list[str]) -> None:
    found = rows(look(client, run, query))
    assert [row.partition("Math 73 ")[2] for row in found] == shown


def test_a_filter_that_nothing_fits_says_so(client: Client, run: Run) -> None:
    assert "No dialogue matches the filter" in look(client, run, "?ending=unsafe")


def test_a_big_run_is_shown_by_fifties_in_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = make_run(seeds=tuple(range(50)))
    for cell in run.simulations.all()[:20]:
        make_dialogue(cell, turns=1)
    with django_assert_max_num_queries(13):
        page = look(client, run)
    assert len(rows(page)) == 50
    assert "1 to 50 of 200" in page
    assert len(rows(look(client, run, "?goal=&ending=&page=2"))) == 50


def test_the_statistics_of_the_papers_tables_are_shown(client: Client, run: Run) -> None:
    page = look(client, run, "statistics/")
    assert "<dt>Turns per dialogue</dt><dd>2.00 (1.00)</dd>" in page


def test_the_figures_are_sent_again_only_when_more_dialogues_have_ended(client: Client, run: Run) -> None:
    shown = re.search('name="seen" value="(2)"', look(client, run, "statistics/"))
    assert shown
    assert client.get(f"/runs/{run.token}/statistics/", {"seen": shown[1]}).status_code == 204
    make_dialogue(run.simulations.get(dialogue=None), turns=4)
    later = client.get(f"/runs/{run.token}/statistics/", {"seen": shown[1]})
    assert later.status_code == 200
    assert "<dt>Turns per dialogue</dt><dd>2.67 (1.25)</dd>" in later.text
    assert 'name="seen" value="3"' in later.text


def test_the_text_of_a_run_is_counted_once_however_many_pages_are_open(
    client: Client, run: Run, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = look(client, run, "statistics/")
    with django_assert_num_queries(5):  # the user, the run, how many cells are finished or excluded
        assert look(client, run, "statistics/") == first


def test_the_figures_of_a_large_run_are_not_computed_at_every_request_until_it_ends(
    client: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "MANY", 2)
    monkeypatch.setattr(figures, "RESTS", 100_000)
    look(client, run, "statistics/")
    make_dialogue(run.simulations.get(dialogue=None), turns=4)
    assert 'name="seen" value="2"' in look(client, run, "statistics/")
    Run.objects.update(state=Run.State.FINISHED)
    assert 'name="seen" value="3"' in look(client, run, "statistics/")


def test_a_page_that_shows_all_figures_of_a_run_that_is_over_still_hears_to_ask_no_more(
    client: Client, run: Run
) -> None:
    Run.objects.update(state=Run.State.CANCELLED)
    assert client.get(f"/runs/{run.token}/statistics/", {"seen": "2"}).status_code == 286


def test_the_configuration_names_models_hashes_prompts_and_sampling(client: Client, run: Run) -> None:
    page = look(client, run)
    for words in ("9f2c9f2c", "llama-2-responder", "temperature 0.8, top_p 0.95", "Turn limit 12"):
        assert words in page
    assert "for trying out the software, not for research" in page


def test_an_imported_run_is_shown_with_what_little_is_known(client: Client) -> None:
    configuration = {"imported": True, "inquirer": {"model": "vicuna"}, "responder": {}}
    run = make_run(state=Run.State.FINISHED, inquirer="vicuna", responder="", configuration=configuration)
    dialogue = make_dialogue(run.simulations.all()[0])
    Dialogue.objects.update(ending="")
    page = look(client, run)
    assert '<span class="quiet">, responder</span> not recorded</h1>' in page
    assert "Imported; the configuration holds only what the file recorded." in page
    assert "1 of 4" in client.get("/").text
    assert rows(page)[0].endswith("not recorded")
    assert client.get(f"/dialogues/{dialogue.token}/").status_code == 200


def test_a_run_started_in_a_terminal_says_so(client: Client, run: Run) -> None:
    Run.objects.update(is_queued=False)
    for page in (look(client, run), client.get("/studies/demo/simulate/").text):
        assert '<span class="state running">running in a terminal</span>' in page


def test_a_run_whose_terminal_died_says_so_and_can_be_handed_to_the_workers(client: Client, run: Run) -> None:
    Run.objects.update(is_queued=False)
    seen = re.search('"seen": "([0-9a-f]+)"', news(client, run).text)
    Simulation.objects.filter(finished_at=None).update(leased_until=timezone.now() - timedelta(seconds=1))
    for page in (look(client, run), client.get("/studies/demo/simulate/").text):
        assert '<span class="state paused">stopped: its terminal was closed</span>' in page
    assert seen
    later = news(client, run, seen=seen[1], state="running in a terminal").text
    assert "Hand run over to workers" in later
    assert "The run has stopped because its terminal was closed: 2 of 4 dialogues ended." in later
    act(client, run, "start")
    assert '<span class="state running">running</span>' in look(client, run)


def test_a_terminal_that_waits_before_it_tries_again_is_not_gone(client: Client, run: Run) -> None:
    Run.objects.update(is_queued=False)
    Simulation.objects.filter(finished_at=None).update(worker="", leased_until=timezone.now() + timedelta(minutes=4))
    assert "running in a terminal" in look(client, run)


@pytest.mark.parametrize(
    ("state", "is_queued", "actions"),
    [
        ("running", True, ["pause", "cancel"]),
        ("running", False, ["start", "pause", "cancel"]),
        ("paused", True, ["start", "cancel"]),
        ("cancelled", False, ["start"]),
        ("finished", False, []),
    ],
)
def test_only_possible_actions_are_offered(
    client: Client, run: Run, state: str, is_queued: bool, actions: list[str]
) -> None:
    Run.objects.update(state=state, is_queued=is_queued)
    buttons = look(client, run).split('id="actions"')[1].split("</div>")[0]
    offered = [name for name in ("start", "pause") if f'value="{name}"' in buttons]
    assert offered + (["cancel"] if "popovertarget" in buttons else []) == actions


@pytest.mark.parametrize(("action", "state"), [("pause", "paused"), ("cancel", "cancelled"), ("start", "running")])
def test_an_action_changes_the_run_and_shows_it(client: Client, run: Run, action: str, state: str) -> None:
    Run.objects.update(is_queued=False)
    page = act(client, run, action).text
    run.refresh_from_db()
    assert run.state == state
    assert f'<span class="state {state}">{state}</span>' in page


def test_an_action_that_came_too_late_changes_nothing_and_says_so(client: Client, run: Run) -> None:
    Run.objects.update(state=Run.State.FINISHED)
    assert "The run is already finished, so nothing was changed." in act(client, run, "cancel").text
    assert Run.objects.get().state == Run.State.FINISHED


def test_an_open_page_gets_news_once(client: Client, run: Run) -> None:
    page = news(client, run).text
    seen = re.search('"seen": "([0-9a-f]+)"', page)
    assert seen
    assert news(client, run, seen=seen[1], state="running").status_code == 204
    make_dialogue(run.simulations.get(dialogue=None), ending="max_turns")
    later = news(client, run, seen=seen[1], state="running").text
    assert "max turns" in later
    assert "announcement" not in later


def test_a_finished_run_is_announced_and_asked_no_more(client: Client, run: Run) -> None:
    Run.objects.update(state=Run.State.FINISHED)
    response = news(client, run, state="running")
    assert "The run is finished: 2 of 4 dialogues ended." in response.text
    assert "hx-get" not in response.text
    assert response.headers["HX-Trigger"] == "run-over"
    assert client.get(f"/runs/{run.token}/statistics/").status_code == 286


def test_news_keep_to_the_filter_of_the_page(client: Client, run: Run) -> None:
    page = look(client, run, "?ending=goal_reached&goal=1")
    assert f"/runs/{run.token}/live/?ending=goal_reached&amp;goal=1&amp;page=1" in page
    assert len(rows(look(client, run, "live/?ending=goal_reached&goal=1&page=1"))) == 1
