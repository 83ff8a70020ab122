"""Interruptions of judging: one judgement per pair, and nothing lost."""

import json
import re
from datetime import timedelta

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

pytestmark = [pytest.mark.browser, pytest.mark.waits]
SUBMIT = re.compile("/submit/$")


def submitted() -> int:
    return Judgement.objects.filter(submitted_at__isnull=False).count()


def come_back(page: Page) -> None:
    """The tab gets the focus again."""
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")


@ON_A_PHONE
def test_a_reload_loses_neither_an_answer_nor_a_second(judge: Judge, complaints: Complaints) -> None:
    complaints.expect(f"{ABORTED} .*/draft/$")
    page = judge()
    page.route("**/draft/", lambda route: route.abort())
    choose(page, "2nd")
    page.reload()
    expect(group(page, "Which dialogue").get_by_role("radio", name="2nd")).to_be_checked()
    page.unroute_all()
    page.wait_for_load_state()
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


@ON_A_PHONE
def test_a_connection_that_is_lost_at_submit_makes_one_judgement(judge: Judge, complaints: Complaints) -> None:
    complaints.expect(f"{ABORTED} .*/submit/$")
    page, tries = judge(), list[str | None]()

    def lose_what_the_server_says(route: Route) -> None:
        tries.append(route.request.post_data)
        route.fetch()
        route.abort()

    def lose_what_is_sent(route: Route) -> None:
        tries.append(route.request.post_data)
        route.abort()

    def pass_on(route: Route) -> None:
        tries.append(route.request.post_data)
        route.continue_()

    for done, lose in enumerate((lose_what_the_server_says, lose_what_is_sent), start=1):
        page.route(SUBMIT, lose)
        choose(page)
        number(page).select_option("1")
        send(page).click()
        expect(hint(page)).to_contain_text("No connection. Your answer has not been sent yet")
        assert submitted() == 1, "the first answer is stored, the second is not"
        page.route(SUBMIT, pass_on)
        expect_progress(page, done)
        assert len(tries) > 1
        assert len(set(tries)) == 1, "the same answer under the same key"
        assert (submitted(), Revision.objects.filter(is_submitted=True).count()) == (done, done)
        tries.clear()


def test_pressing_again_sends_at_once_what_waits_and_nothing_twice(judge: Judge, complaints: Complaints) -> None:
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
    choose(page)
    number(page).select_option("1")
    send(page).dblclick()
    expect_progress(page, 2)
    assert submitted() == 2


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


def test_who_can_no_longer_judge_a_pair_reads_why_and_continues(
    judge: Judge, evaluator: Evaluator, complaints: Complaints
) -> None:
    complaints.expect("status of 409 .*/(draft|submit)/$", "status of 404 .*/submit/$")
    complaints.expect("status of 403 .*/(draft|submit|pairs)/$")
    page = judge()
    judged, withdrawn = presentations_of(evaluator)[:2]
    choose(page, "2nd")
    number(page).select_option("1")
    submit(judged, Answer("first", "confident", 1), "another-tab", Clocks(), timezone.now())
    send_and_continue(page, "You have already judged this pair")
    expect_progress(page, 1)
    assert Judgement.objects.filter(submitted_at__isnull=False).get().choice == "first"

    choose(page, "2nd")
    number(page).select_option("1")
    stored_draft(page)
    withdrawn.delete()
    send_and_continue(page, "You can no longer judge this pair")
    expect_progress(page, 1, total=3)

    choose(page, "2nd")
    number(page).select_option("1")
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    send_and_continue(page, "have closed judging")
    expect(page.locator("main")).to_contain_text("closed at the moment")
    assert Judgement.objects.get(submitted_at__isnull=True).choice == "second"


def test_an_answer_from_a_page_that_is_no_longer_valid_is_followed_by_no_draft(
    judge: Judge, complaints: Complaints
) -> None:
    complaints.expect("status of 403 .*/submit/$")
    page, sent = judge(is_separate=True), list[str]()
    address = page.url
    page.goto("about:blank")  # while it is installed, a clock shows 1970 for a moment
    page.clock.install()
    page.goto(address)
    page.wait_for_load_state()
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    choose(page)
    number(page).select_option("1")
    page.context.clear_cookies()
    page.on("request", lambda request: sent.append(request.url.rsplit("/", 2)[1]))
    send(page).click()
    expect(page.get_by_role("link", name="Continue")).to_be_visible()
    page.clock.run_for(1000)
    with page.expect_request("**/copy.js"):
        page.evaluate("() => { fetch('/static/copy.js') }")
    assert sent == ["submit", "static"]


def send_and_continue(page: Page, sentence: str) -> None:
    """Press the button, read the sentence that says why it does not help, and follow the link beside it."""
    send(page).click()
    expect(hint(page)).to_contain_text(sentence)
    page.get_by_role("link", name="Continue").click()


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


def test_time_without_doing_anything_and_with_the_tab_hidden_are_kept_apart(judge: Judge) -> None:
    page = judge(is_separate=True)
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

    address = page.url
    page.goto("about:blank")  # while it is installed, a clock shows 1970 for a moment
    page.clock.install()
    page.goto(address)
    page.wait_for_load_state()
    page.clock.run_for(100_000)
    choose(page)
    number(page).select_option("1")
    with page.expect_request(SUBMIT) as submission:
        send(page).click()
    page.clock.run_for(1000)
    expect_progress(page, 2)
    sent = json.loads(submission.value.post_data or "")
    measured = sent["clocks"]  # the server believes no more than has passed for it
    assert measured["active"] < 60
    assert measured["idle"] > 60
