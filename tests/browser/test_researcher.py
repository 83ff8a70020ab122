"""A researcher in a browser: from the login to a run in progress and a growing dialogue."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from simulation.models import Run, RunWorker, Simulation
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import ABORTED, Complaints
from tests.factories import PASSWORD, make_dialogue, make_output, make_run, make_staff, make_study, make_turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MODELS_FILE = Path(__file__).parents[1] / "data" / "scripted_models.toml"
LATER = timezone.now() + timedelta(hours=1)


def make_busy_run() -> Run:
    """Store a run with ended, running, waiting and failing dialogues, a second batch, and outputs with all possible marks."""
    run = make_run(make_study(goal_count=4), state=Run.State.RUNNING, is_queued=True)
    cells = list(run.simulations.all())
    first = make_dialogue(cells[0], turns=2)
    make_output(first, 2, raw="FINISH", status="stop", prompts_found=0)
    make_output(first, 0, attempt=1, status="incoherent", is_self_reply=True, left_out=2, raw="a " * 300)
    make_dialogue(cells[3], turns=1, ending="incoherent_responder")
    make_dialogue(cells[4], turns=1, ending="")
    Simulation.objects.filter(pk=cells[5].pk).update(
        error=f"{'/very' * 20} failed.", failures=1, leased_until=timezone.now() + timedelta(hours=1)
    )
    Simulation.objects.filter(pk__in=[cells[6].pk, cells[7].pk]).update(batch=2, is_cancelled=True)
    make_dialogue(cells[2], turns=1, ending="model_error")
    RunWorker.objects.create(
        run=run,
        name="gpu-1.example.org:4000:0a",
        dialogues=16,
        dialogues_per_hour=1240.5,
        turns_per_minute=160,
        seen_at=LATER,
    )
    RunWorker.objects.create(run=run, name="api:7:0b", dialogues=200, seen_at=LATER)
    return run


def addresses(run: Run) -> list[str]:
    first = run.simulations.all()[0].dialogue.token  # type: ignore[union-attr]
    steps = ("", "set-up/", "simulate/", "judge/", "dialogues/")
    pages = [f"/studies/demo/{step}" for step in steps]
    return ["/", *pages, f"/runs/{run.token}/", f"/dialogues/{first}/"]


def test_the_login_form_leads_to_the_studies(page: Page) -> None:
    user = make_staff()
    page.goto("/")
    page.get_by_role("link", name="Log in", exact=True).first.click()
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")


def test_from_the_study_to_a_started_run(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    make_study()
    staff_page.goto("/")
    staff_page.get_by_role("link", name="the paper's study").click()
    arrive(staff_page, "LLM Roleplay: the paper's study")
    staff_page.get_by_role("link", name="Start run").click()
    arrive(staff_page, re.compile("Simulated dialogues"))
    staff_page.get_by_role("group", name="Inquirers").get_by_label("tiny").check()
    expect(staff_page.locator("#plan")).to_contain_text("2 runs with 4 dialogues each")
    staff_page.get_by_role("group", name="Inquirers").get_by_label("tiny").uncheck()
    staff_page.get_by_role("group", name="Responder").get_by_label("answerer").check()
    staff_page.get_by_label("Goal 2 (Math)").uncheck()
    expect(staff_page.locator("#plan")).to_contain_text("1 run with 2 dialogues")
    staff_page.get_by_role("button", name="Start run").click()
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("Inquirer asker, responder answerer")
    expect(staff_page.locator("#live")).to_contain_text("0 of 2 dialogues ended")
    expect(staff_page.get_by_role("button", name="Pause run")).to_be_visible()


def test_a_run_fills_up_and_finishes_before_ones_eyes(staff_page: Page) -> None:
    run = make_run(make_study(goal_count=1), state=Run.State.RUNNING, is_queued=True)
    first, second = run.simulations.all()
    staff_page.goto(f"/runs/{run.token}/")
    expect(staff_page.locator("#live")).to_contain_text("0 of 2 dialogues ended")
    expect(staff_page.locator("#cells tbody tr").first).to_be_visible()
    make_dialogue(first)
    expect(staff_page.locator("#live")).to_contain_text("1 of 2 dialogues ended")
    expect(staff_page.locator("#cells")).to_contain_text("goal reached")
    make_dialogue(second, ending="max_turns")
    Run.objects.update(state=Run.State.FINISHED)
    expect(staff_page.get_by_role("status")).to_have_text("The run is finished: 2 of 2 dialogues ended.")
    expect(staff_page.get_by_role("button", name="Pause run")).to_have_count(0)
    expect(staff_page.locator("#statistics")).to_contain_text("Turns per dialogue 2.00 (0.00)", use_inner_text=True)


def test_figures_that_are_shown_already_are_not_sent_again(staff_page: Page) -> None:
    run = make_dialogue().simulation.run
    staff_page.goto(f"/runs/{run.token}/")
    expect(staff_page.locator("#statistics")).to_contain_text("Turns per dialogue")
    with staff_page.expect_response("**/statistics/**") as again:
        staff_page.evaluate("document.body.dispatchEvent(new Event('run-over'))")
    assert again.value.status == 204


def test_a_runs_programme_is_shown_when_asked_for_and_downloaded(staff_page: Page) -> None:
    run = make_run()
    staff_page.goto(f"/runs/{run.token}/")
    staff_page.get_by_text("Reproduce", exact=True).click()
    expect(staff_page.locator("#reproduce code").first).to_have_text(
        f"python manage.py simulate --from run-{run.token}.toml"
    )
    with staff_page.expect_download() as download:
        staff_page.get_by_role("link", name="Download programme").click()
    assert download.value.suggested_filename == f"run-{run.token}.toml"
    assert 'study = "demo"' in download.value.path().read_text("utf-8")


def test_a_page_says_when_the_site_no_longer_answers(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("^htmx:(afterRequest|sendError)", f"{ABORTED} .*/live/")
    run = make_run(state=Run.State.RUNNING, is_queued=True)
    staff_page.goto(f"/runs/{run.token}/")
    staff_page.route("**/live/**", lambda route: route.abort())
    silence = staff_page.get_by_role("alert").filter(has_text="The site is not responding")
    expect(silence).to_be_visible()
    staff_page.unroute("**/live/**")
    expect(silence).to_have_count(0)


def test_cancelling_asks_first(staff_page: Page) -> None:
    run = make_run(state=Run.State.RUNNING, is_queued=True)
    staff_page.goto(f"/runs/{run.token}/")
    staff_page.get_by_role("button", name="Cancel run …").click()
    staff_page.get_by_role("button", name="Keep run").click()
    expect(staff_page.get_by_role("dialog")).to_be_hidden()
    assert Run.objects.get().state == Run.State.RUNNING
    staff_page.get_by_role("button", name="Cancel run …").click()
    staff_page.get_by_role("button", name="Cancel run", exact=True).click()
    expect(staff_page.get_by_role("button", name="Start run")).to_be_visible()
    assert Run.objects.get().state == Run.State.CANCELLED


def test_a_dialogue_opens_as_a_chat_and_grows(staff_page: Page) -> None:
    dialogue = make_dialogue(turns=1, ending="")
    staff_page.goto(f"/runs/{Run.objects.get().token}/")
    staff_page.get_by_role("link", name="P01 on goal 1").click()
    expect(staff_page.locator(".bubble.inquirer")).to_contain_text("How do I calculate my speed")
    staff_page.get_by_text("Details of turn 1").click()
    make_turn(dialogue, 1, utterance="And how tired am I?")
    expect(staff_page.get_by_role("article", name="Turn 2")).to_contain_text("And how tired am I?")
    expect(staff_page.get_by_text("Sure, here is the prompt").first).to_be_visible()  # what was opened stays open
    dialogue.ending, dialogue.ended_at = "goal_reached", timezone.now()
    dialogue.save()
    expect(staff_page.get_by_role("status")).to_contain_text("it considered its goal reached")
    expect(staff_page.locator(".more")).to_have_count(0)


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page) -> None:
    for address in addresses(make_busy_run()):
        staff_page.goto(address, wait_until="networkidle")
        check_page_in_both_sizes(staff_page, address)
