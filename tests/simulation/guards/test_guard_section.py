"""The section about unsafe content on the pages of a run and of a study."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from simulation import tasks
from simulation.guards.results import MOST_LISTED, read_results
from simulation.guards.scopes import dialogues_of_run
from simulation.models import Run
from studies.models import GuardCheck, GuardRun
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_run, make_staff, make_study
from tests.simulation.guards.scripts import MODELS_FILE, checked_run, finished_run, request_checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def guard_models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def section(client: Client, run: Run) -> str:
    return " ".join(client.get(f"/runs/{run.token}/guards/").text.split())


def post(client: Client, run: Run, **data: str) -> str:
    """What the run's page says after the post."""
    return client.post(f"/runs/{run.token}/guards/", data, follow=True).text


def test_the_runs_page_loads_the_section(client: Client) -> None:
    run = make_run()
    assert f'hx-get="/runs/{run.token}/guards/"' in client.get(f"/runs/{run.token}/").text
    assert "There is nothing to check: no dialogue with a message has ended." in section(client, run)


def test_every_guard_can_be_chosen_with_the_provider_that_reads_the_dialogues_and_nothing_else(client: Client) -> None:
    found = section(client, finished_run())
    assert "No guard has checked these dialogues." in found
    assert 'value="strict"' in found and 'value="cloud"' in found and 'value="asker"' not in found
    assert "the dialogues are sent to 127.0.0.1" in found


def test_without_a_guard_the_section_says_where_one_is_described(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE.with_name("scripted_models.toml")
    assert "models.toml describes no guard. docs/simulating.md says how" in section(client, finished_run())


def test_a_guard_is_asked_and_its_verdicts_are_shown_with_links_to_the_dialogues(client: Client) -> None:
    run = finished_run()
    assert "strict starts checking as soon as a worker is free." in post(client, run, ask="1", model="strict")
    under_way = section(client, run)
    assert "every 3s" in under_way and "Pause checks" in under_way
    tasks.guard()
    done = section(client, run)
    assert "0 safe, <strong>4 unsafe</strong>, 0 unreadable" in done
    assert "S10 Hate: 4; S2 Non-Violent Crimes: 4" in done
    assert "response of turn 2: S10 Hate, S2 Non-Violent Crimes" in done
    first = GuardCheck.objects.all()[0].dialogue
    assert f'href="/dialogues/{first.token}/"' in done
    assert "every 3s" not in done
    assert "strict has already checked every ended dialogue." in post(client, run, ask="1", model="strict")


def test_unreadable_answers_are_counted_apart(client: Client) -> None:
    assert "0 safe, <strong>0 unsafe</strong>, 4 unreadable" in section(client, checked_run("mumbler"))


def test_checks_are_paused_and_resumed(client: Client) -> None:
    run = finished_run()
    post(client, run, ask="1", model="strict")
    guard_run = GuardRun.objects.get()
    assert "strict is paused." in post(client, run, pause=guard_run.token)
    assert "Resume checks" in section(client, run)
    assert "strict resumes" in post(client, run, start=guard_run.token)
    guard_run.refresh_from_db()
    assert (guard_run.state, guard_run.is_queued) == (GuardRun.State.RUNNING, True)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"ask": "1", "model": "asker"}, "Select a valid choice. asker is not one of the available choices."),
        ({"ask": "1"}, "Choose a guard."),
        ({"start": "nothing"}, "There are no such checks. Nothing was changed."),
        ({}, "There are no such checks. Nothing was changed."),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(client: Client, data: dict[str, str], sentence: str) -> None:
    assert sentence in post(client, finished_run(), **data)
    assert not GuardRun.objects.exists()


def test_checks_of_another_study_cannot_be_changed(client: Client) -> None:
    run = checked_run()
    other = make_run(make_study("elsewhere"))
    assert "There are no such checks" in post(client, other, pause=GuardRun.objects.get(study=run.study).token)


def test_only_what_has_changed_is_sent_again(client: Client) -> None:
    run = finished_run()
    request_checks(run)
    address = f"/runs/{run.token}/guards/results/"
    text = client.get(address).text
    assert "0 safe" in text
    post(client, run, ask="1", model="strict")
    seen = client.get(address).text.split('"seen": "')[1].split('"')[0]
    assert client.get(address, {"seen": seen}).status_code == 204
    tasks.guard()
    assert "4 unsafe" in client.get(address, {"seen": seen}).text


def test_strangers_see_no_verdict() -> None:
    run = checked_run()
    for path in ("guards/", "guards/results/"):
        assert Client().get(f"/runs/{run.token}/{path}").status_code == 302


def test_natural_dialogues_are_checked_from_the_studys_page_if_its_rules_allow_it(client: Client) -> None:
    study = make_open_study(guards_natural=True)
    make_natural_dialogue(make_participant(study), ending="next_goal")
    address = f"/studies/{study.slug}/guards/"
    assert f'hx-get="{address}"' in client.get(f"/studies/{study.slug}/collecting/").text
    assert "make sure that they have consented to its provider" in client.get(address).text
    said = client.post(address, {"ask": "1", "model": "strict"}, follow=True)
    assert said.redirect_chain == [(f"/studies/{study.slug}/collecting/#safety", 302)]
    assert "strict starts checking as soon as a worker is free." in said.text
    assert f'hx-get="{address}results/" hx-trigger="every 3s"' in client.get(address).text
    tasks.guard()
    assert "<strong>1 unsafe</strong>" in client.get(f"{address}results/").text


def test_a_study_whose_rules_keep_natural_dialogues_from_guards_has_no_such_section(client: Client) -> None:
    study = make_open_study()
    make_natural_dialogue(make_participant(study), ending="next_goal")
    address = f"/studies/{study.slug}/guards/"
    assert address not in client.get(f"/studies/{study.slug}/collecting/").text
    assert client.post(address, {"ask": "1", "model": "strict"}).status_code == 404
    assert client.get(f"{address}results/").status_code == 404
    assert not GuardRun.objects.exists()


def test_progress_is_counted_without_reading_what_guards_answered_about_dialogues_that_are_not_listed() -> None:
    run = checked_run()
    with CaptureQueriesContext(connection) as queries:
        [result] = read_results(run.study, dialogues_of_run(run))
    assert result.categories == (("S10 Hate", 4), ("S2 Non-Violent Crimes", 4))
    reading = [one["sql"] for one in queries if '"findings"' in one["sql"]]
    assert len(reading) == 1 and f"LIMIT {MOST_LISTED}" in reading[0]
