"""A researcher runs an evaluation in a browser: from the plan to the first evaluators and to exported judgements."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaluation.models import Evaluation, Evaluator, Pair
from evaluation.planning.opening import close_evaluation
from tests.browser.accessibility import assert_accessible, check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints
from tests.browser.judging.way import choose, send
from tests.browser.judging.way import number as utterance
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/studies/demo/evaluations/1/"


def make_busy_evaluation() -> Evaluation:
    """Evaluators in every state, one of them flagged; a model judge; a second, planned evaluation."""
    evaluation = make_evaluation(make_judged_study(people=4), title="First round", judges_per_pair=2)
    make_evaluation(evaluation.study, state="planned", pairs_per_evaluator=8, training_pairs=1)
    for number, state in enumerate(("judging", "finished", "lapsed", "enrolled", "withdrawn")):
        evaluator = make_evaluator(
            evaluation, state=state, seen_minutes_ago=10 * number, flag="clicked" * (number == 1)
        )
        for presentation in presentations_of(evaluator):
            make_judgement(
                presentation, detected=presentation.position % 2 == 0, active_seconds=20 + presentation.position
            )
    evaluation.judge_runs.create(model="gpt-4", configuration={}, identity="x", message="The key is missing.")
    return evaluation


def addresses() -> list[str]:
    pages = ["", "edit/", "rates/", "?evaluator=1"]
    return [
        "/studies/demo/judge/",
        "/studies/demo/evaluations/new/",
        *(f"{PAGE}{page}" for page in pages),
        "/studies/demo/evaluations/2/",
    ]


def add_own_question(page: Page) -> None:
    page.get_by_role("button", name="Add question").click()
    row = page.get_by_role("group", name="New question")
    row.get_by_label("Question", exact=True).fill("What made you think so?")
    row.get_by_label("Kind").select_option("long text")
    expect(row.get_by_label("Options, one per line")).to_be_hidden()


def preview(page: Page) -> None:
    """Go the whole way as an evaluator, and back to the plan."""
    page.get_by_role("link", name="Preview as an evaluator").click()
    page.get_by_role("link", name="I agree to take part").click()
    page.get_by_role("link", name="Start the Survey").click()
    for heading in ("Practice 1 of 1", "Pair 1 of 3", "Pair 2 of 3", "Pair 3 of 3"):
        arrive(page, heading)
        choose(page)
        utterance(page).select_option("1")
        page.get_by_label("What made you think so?").fill("A feeling.")
        if heading == "Pair 1 of 3":
            check_page_in_both_sizes(page, "the preview of a pair")
        send(page).click()
        if heading == "Practice 1 of 1":
            page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("You have judged all your pairs.")).to_be_visible()
    page.get_by_role("link", name="Back to").click()


def test_from_a_plan_to_evaluators_who_appear_and_to_closing(staff_page: Page, live_server: LiveServer) -> None:
    make_judged_study(people=4)
    staff_page.goto("/studies/demo/judge/")
    staff_page.get_by_role("link", name="plan an evaluation").click()
    arrive(staff_page, "New evaluation")
    staff_page.get_by_label("Title").fill("First round")
    for model in ("mixtral", "gpt-4"):
        staff_page.get_by_label(f"Inquirer {model}").check()
    staff_page.get_by_label("Pairs per evaluator").fill("8")
    staff_page.get_by_role("spinbutton", name="Training pairs").fill("1")
    add_own_question(staff_page)
    staff_page.get_by_role("button", name="Plan evaluation").click()
    expect(staff_page.get_by_role("status").first).to_contain_text("The plan has been saved.")
    expect(staff_page.get_by_text("2 assignments of 8 pairs")).to_be_visible()
    expect(staff_page.get_by_role("row", name="mixtral")).to_contain_text("8")

    preview(staff_page)
    assert (Evaluator.objects.count(), Pair.objects.count()) == (0, 0)
    staff_page.get_by_role("button", name="Open evaluation").click()
    expect(staff_page.get_by_label("Link for people who did not take part")).to_have_value(
        f"{live_server.url}/s/demo/judge/1/"
    )
    arrive(staff_page, re.compile("First round"))
    staff_page.get_by_role("button", name="Copy link", exact=True).click()
    expect(staff_page.get_by_text("Copied", exact=True)).to_be_visible()
    expect(staff_page.locator("#evaluators")).to_contain_text("No evaluators yet")

    evaluator = make_evaluator(Evaluation.objects.get())
    make_judgement(presentations_of(evaluator)[1])  # the first one is for training
    expect(staff_page.get_by_role("row", name="e-001")).to_contain_text("1 of 8")
    expect(staff_page.locator("#live")).to_contain_text("1 of 16 judgements")

    staff_page.get_by_role("button", name="Close evaluation …").click()
    staff_page.get_by_role("button", name="Keep evaluation open").click()
    assert Evaluation.objects.get().state == "open"
    staff_page.get_by_role("button", name="Close evaluation …").click()
    staff_page.get_by_role("button", name="Close evaluation", exact=True).click()
    expect(staff_page.get_by_role("button", name="Reopen evaluation")).to_be_visible()
    assert Evaluation.objects.get().state == "closed"


def test_rates_appear_on_request_and_can_leave_flagged_evaluators_out(staff_page: Page) -> None:
    make_busy_evaluation()
    staff_page.goto(PAGE)
    expect(staff_page.get_by_text("to keep the evaluation blind")).to_be_visible()
    assert "Undetected" not in staff_page.content()
    staff_page.get_by_role("button", name="Show current rates").click()
    row = staff_page.get_by_role("row", name="All models")
    expect(row).to_contain_text("50.0%")
    before = row.inner_text()
    staff_page.get_by_role("link", name="Exclude flagged evaluators").click()
    expect(staff_page.get_by_text("are left out.")).to_be_visible()
    expect(row).not_to_have_text(before, use_inner_text=True)
    expect(staff_page).to_have_url(re.compile(f"{PAGE}$"))


def test_a_text_is_shown_as_evaluators_see_it_while_it_is_written(staff_page: Page) -> None:
    make_judged_study()
    staff_page.goto("/studies/demo/evaluations/new/")
    staff_page.get_by_text("Texts for evaluators").click()
    staff_page.get_by_label("Instruction").fill("# Look\n\n**Closely** <img src=x onerror=alert(1)>")
    shown = staff_page.locator("#preview-instruction")
    expect(shown.get_by_role("heading")).to_have_text("Look")
    expect(shown).to_contain_text("<img src=x")
    assert shown.locator("img").count() == 0


def test_what_is_wrong_is_shown_where_it_is(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/evaluations/new/$")
    make_judged_study()
    staff_page.goto("/studies/demo/evaluations/new/")
    staff_page.get_by_label("Evaluators per pair").fill("0")
    staff_page.get_by_role("button", name="Plan evaluation").click()
    expect(staff_page.get_by_role("alert")).to_contain_text("Nothing is saved yet.")
    staff_page.get_by_role("link", name=re.compile("Evaluators per pair")).click()
    expect(staff_page.get_by_label("Evaluators per pair")).to_be_focused()
    assert_accessible(staff_page)


def test_judged_pairs_are_browsed_from_the_heat_map_to_the_named_utterances(staff_page: Page) -> None:
    evaluation = make_evaluation()
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation, detected=presentation.position % 2 == 0)
    close_evaluation(evaluation)
    staff_page.goto("/studies/demo/judge/")
    staff_page.get_by_role("link", name="Browse judged pairs of all closed evaluations").click()
    expect(staff_page.get_by_role("region", name="Utterances named")).to_be_visible()
    check_page_in_both_sizes(staff_page, "judged pairs")
    staff_page.get_by_role("link", name="both dialogues").first.click()
    expect(staff_page.get_by_text("named by 1 of 1")).to_be_visible()
    check_page_in_both_sizes(staff_page, "a judged pair")


def test_judgements_are_taken_out_as_a_file(staff_page: Page) -> None:
    evaluation = make_busy_evaluation()
    staff_page.goto(PAGE)
    with staff_page.expect_download() as started:
        staff_page.get_by_role("link", name="CSV of judgements").click()
    file: Path = started.value.path()
    assert started.value.suggested_filename.endswith("-judgements.csv")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert len(rows) == sum(evaluator.judgements.count() for evaluator in evaluation.evaluators.all()) > 0


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page) -> None:
    evaluation = make_busy_evaluation()
    for address in addresses():
        staff_page.goto(address)
        check_page_in_both_sizes(staff_page, address)
    Evaluation.objects.filter(pk=evaluation.pk).update(state=Evaluation.State.CLOSED)
    staff_page.goto(f"{PAGE}pairs/")
    expect(staff_page.get_by_role("region", name="Table of pairs")).to_be_visible()
    check_page_in_both_sizes(staff_page, "judged pairs")
