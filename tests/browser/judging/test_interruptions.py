"""Interruptions of judging: one judgement per pair, and nothing lost."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from evaluation.answers import Answer
from evaluation.judging.clocks import Clocks
from evaluation.judging.submissions import submit
from evaluation.models import Evaluation, Evaluator, Judgement, Revision
from tests.browser.chat.way import ON_A_PHONE
from tests.browser.complaints import ABORTED, OFFLINE, Complaints
from tests.browser.judging.way import (
    PAIR,
    Judge,
    bubble,
    choose,
    expect_progress,
    group,
    hint,
    number,
    send,
    stored_draft,
)
from tests.evaluation.factories import presentations_of

pytestmark = pytest.mark.browser
SUBMIT = re.compile("/submit/$")


def submitted() -> int:
    return Judgement.objects.filter(submitted_at__isnull=False).count()


def come_back(page: Page) -> None:
    """The tab gets the focus again."""
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")


@ON_A_PHONE
def test_a_reload_loses_neither_an_answer_nor_a_second(judge: Judge) -> None:
    page = judge()
    choose(page, "1st", "Very confident")
    bubble(page, "first", 1, "answer").click()
    stored_draft(page)
    page.wait_for_timeout(1000)
    page.reload()
    expect(group(page, "Which dialogue").get_by_role("radio", name="1st")).to_be_checked()
    expect(number(page)).to_have_value("1")
    expect(bubble(page, "first", 1, "answer").get_by_role("button")).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state()
    send(page).click()
    expect_progress(page, 1)
    judgement = Judgement.objects.get(submitted_at__isnull=False)
    assert judgement.utterance_bubble == "answer"
    assert judgement.active_seconds is not None and judgement.active_seconds > 1
    assert judgement.decision_seconds < judgement.submit_seconds - 0.9  # type: ignore[operator]


def test_what_has_not_reached_the_server_survives_a_reload_too(judge: Judge, complaints: Complaints) -> None:
    complaints.expect(f"{ABORTED} .*/draft/$")
    page = judge()
    page.route("**/draft/", lambda route: route.abort())
    choose(page, "2nd")
    page.reload()
    expect(group(page, "Which dialogue").get_by_role("radio", name="2nd")).to_be_checked()
    page.unroute_all()


@ON_A_PHONE
@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "never arrived"])
def test_a_connection_that_is_lost_at_submit_makes_one_judgement(
    judge: Judge, complaints: Complaints, arrives: bool
) -> None:
    complaints.expect(f"{ABORTED} .*/submit/$")
    page, tries, is_lost = judge(), [], True

    def lose(route: Route) -> None:
        tries.append(route.request.post_data)
        if not is_lost:
            route.continue_()
            return
        if arrives:
            route.fetch()
        route.abort()

    page.route(SUBMIT, lose)
    choose(page)
    number(page).select_option("1")
    send(page).click()
    expect(hint(page)).to_contain_text("No connection. Your answer has not been sent yet")
    assert submitted() == int(arrives)
    is_lost = False
    expect_progress(page, 1)
    assert len(tries) > 1
    assert len(set(tries)) == 1, "the same answer under the same key"
    assert (submitted(), Revision.objects.filter(is_submitted=True).count()) == (1, 1)


def test_pressing_again_sends_at_once_what_waits(judge: Judge, complaints: Complaints) -> None:
    complaints.expect(OFFLINE)
    page = judge()
    page.context.set_offline(True)
    choose(page)
    number(page).select_option("1")
    send(page).click()
    expect(hint(page)).to_contain_text("No connection")
    page.keyboard.press("2")
    expect(group(page, "Which dialogue").get_by_role("radio", name="1st")).to_be_checked()
    page.context.set_offline(False)
    send(page).click()
    expect_progress(page, 1)
    assert submitted() == 1


def test_a_second_click_while_the_first_is_under_way_changes_nothing(judge: Judge) -> None:
    page = judge()
    choose(page)
    number(page).select_option("1")
    send(page).dblclick()
    expect_progress(page, 1)
    assert submitted() == 1


def test_a_second_tab_takes_the_newer_draft_and_follows_when_the_pair_is_judged(judge: Judge) -> None:
    first = judge()
    second = first.context.new_page()
    second.goto(first.url)
    choose(first, "2nd", "Somewhat confident")
    stored_draft(first)
    come_back(second)
    expect(group(second, "Which dialogue").get_by_role("radio", name="2nd")).to_be_checked()
    number(second).select_option("1")
    send(second).click()
    expect_progress(second, 1)
    come_back(first)
    expect_progress(first, 1)
    assert (submitted(), first.url) == (1, second.url)


def test_two_tabs_that_submit_make_one_judgement(judge: Judge, evaluator: Evaluator, complaints: Complaints) -> None:
    complaints.expect("status of 409 .*/(draft|submit)/$")
    page = judge()
    choose(page, "2nd")
    number(page).select_option("1")
    answer = Answer("first", "confident", 1)
    submit(presentations_of(evaluator)[0], answer, "another-tab", Clocks(), timezone.now())
    send(page).click()
    expect(hint(page)).to_contain_text("You have already judged this pair")
    page.get_by_role("link", name="Continue").click()
    expect_progress(page, 1)
    assert Judgement.objects.filter(submitted_at__isnull=False).get().choice == "first"


def test_who_is_closed_out_reads_so_and_keeps_the_draft(judge: Judge, complaints: Complaints) -> None:
    complaints.expect("status of 403 .*/(draft|submit|pairs)/$")
    page = judge()
    choose(page, "2nd")
    number(page).select_option("1")
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    send(page).click()
    expect(hint(page)).to_contain_text("have closed judging")
    assert Judgement.objects.get().choice == "second"
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("main")).to_contain_text("closed at the moment")


def test_a_pair_that_is_withdrawn_meanwhile_leads_to_the_next(
    judge: Judge, evaluator: Evaluator, complaints: Complaints
) -> None:
    complaints.expect("status of 404 .*/submit/$")
    page = judge()
    choose(page)
    number(page).select_option("1")
    stored_draft(page)
    presentations_of(evaluator)[0].delete()
    send(page).click()
    expect(hint(page)).to_contain_text("You can no longer judge this pair")
    page.get_by_role("link", name="Continue").click()
    expect_progress(page, 0, total=3)


def test_back_shows_what_was_answered_and_changes_it(judge: Judge) -> None:
    Evaluation.objects.update(allows_back=True)
    page = judge()
    choose(page, "1st")
    number(page).select_option("2")
    send(page).click()
    expect_progress(page, 1)
    page.get_by_role("link", name="Previous Dialogue").click()
    expect(page).to_have_url(PAIR)
    expect(number(page)).to_have_value("2")
    page.wait_for_load_state()
    choose(page, "Not sure")
    send(page).click()
    expect_progress(page, 1)
    expect(group(page, "Which dialogue").get_by_role("radio", name="Not sure")).not_to_be_checked()
    assert Judgement.objects.get(submitted_at__isnull=False).choice == "not_sure"


def test_time_with_the_tab_hidden_is_kept_apart(judge: Judge) -> None:
    page = judge()
    choose(page)
    number(page).select_option("1")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1500)
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    send(page).click()
    expect_progress(page, 1)
    judgement = Judgement.objects.get(submitted_at__isnull=False)
    assert judgement.hidden_seconds is not None and 1.4 < judgement.hidden_seconds < 60
    whole = judgement.active_seconds + judgement.hidden_seconds + judgement.idle_seconds  # type: ignore[operator]
    assert whole == pytest.approx(judgement.submit_seconds, abs=0.1)


def test_who_does_nothing_for_long_is_idle(judge: Judge) -> None:
    page = judge()
    page.clock.install()
    page.reload()
    page.wait_for_load_state()
    page.clock.run_for(100_000)
    choose(page)
    number(page).select_option("1")
    send(page).click()
    page.clock.run_for(1000)
    expect_progress(page, 1)
    judgement = Judgement.objects.get(submitted_at__isnull=False)
    assert judgement.active_seconds is not None
    assert judgement.active_seconds < 90
