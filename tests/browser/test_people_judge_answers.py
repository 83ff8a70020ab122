"""A researcher lets people judge answers, an evaluator judges on a phone, and the results can be read."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from characters.models import Answer, Benchmark
from evaluation.models import Evaluation, Judgement
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.chat.way import PHONE
from tests.browser.complaints import Complaints
from tests.characters.judging.factories import BASELINE, make_answers, make_benchmark

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAIR = re.compile("/pairs/[^/]+/$")


def plan(page: Page, benchmark: Benchmark) -> None:
    page.goto(f"/benchmarks/{benchmark.token}/")
    page.get_by_role("link", name="Let people judge answers").click()
    page.get_by_role("link", name="Plan evaluation").click()
    page.get_by_role("button", name="Plan evaluation").click()
    expect(page.get_by_text("Choose answer sets to compare.").first).to_be_visible()
    check_page_in_both_sizes(page, "form with a mistake")
    page.get_by_label("Tuned").check()
    page.get_by_label("Baseline").select_option(label=BASELINE)
    page.get_by_role("button", name="Plan evaluation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Evaluation 1")
    check_page_in_both_sizes(page, "plan")


def judge(page: Page, style: str, knowledge: str) -> None:
    page.get_by_role("group", name=re.compile("distinctive speaking style")).get_by_role("radio", name=style).check()
    rest = page.get_by_role("group", name=re.compile("knowledge and memories"))
    rest.get_by_role("radio", name=knowledge).check()


def test_from_the_plan_over_a_phone_to_the_results(staff_page: Page, chromium: Browser, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/new/$")
    benchmark = make_benchmark(general=1, specific=1)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    Answer.objects.filter(answer_set__name="Tuned", row__position=0).update(text="")
    plan(staff_page, benchmark)
    staff_page.get_by_role("button", name="Open evaluation").click()
    link = staff_page.get_by_label("Link for evaluators").input_value()
    address = staff_page.url

    evaluator = chromium.new_context(viewport=PHONE).new_page()
    complaints.listen(evaluator.context)
    evaluator.goto(link)
    evaluator.get_by_role("button", name="I agree to take part").click()
    evaluator.get_by_role("button", name="Start judging").click()
    for number in (1, 2):
        evaluator.wait_for_url(PAIR)
        expect(evaluator.get_by_role("heading", level=1)).to_have_text(f"Pair {number} of 2")
        evaluator.wait_for_load_state()
        if number == 1:
            check_page_in_both_sizes(evaluator, "pair of answers")
        judge(evaluator, "1st", "No difference")
        evaluator.get_by_role("button", name="Next Pair").click()
    expect(evaluator.get_by_text("You have judged all your pairs.")).to_be_visible()
    evaluator.context.close()
    assert Judgement.objects.submitted().count() == 2

    staff_page.goto(address)
    expect(staff_page.get_by_text("2 of 2 judgements")).to_be_visible()
    staff_page.get_by_role("button", name="Show current results").click()
    expect(staff_page.get_by_role("heading", name="Win rates by people: Evaluation 1")).to_be_visible()
    check_page_in_both_sizes(staff_page, "opened, with results")
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    staff_page.goto(f"/benchmarks/{benchmark.token}/judgings/")
    expect(staff_page.get_by_role("heading", name="Win rates by people: Evaluation 1")).to_be_visible()
    expect(staff_page.get_by_role("cell", name="people", exact=True).first).to_be_visible()
    check_page_in_both_sizes(staff_page, "judging page")
