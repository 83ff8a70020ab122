"""A researcher lets a model judge answers in a browser, and reads its verdicts."""

import pytest
from asgiref.sync import async_to_sync
from playwright.sync_api import Page, expect
from pytest_django import Settings

from characters.models import Ranking
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.complaints import Complaints
from tests.characters.judging.factories import (
    BASELINE,
    MODELS_FILE,
    ContentJudge,
    make_answers,
    make_benchmark,
    make_worker,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def judge_all() -> None:
    async_to_sync(make_worker(ContentJudge("fine")).work_off)(Ranking.objects.all())


def test_answers_are_judged_and_every_verdict_can_be_read(
    staff_page: Page, settings: Settings, complaints: Complaints
) -> None:
    complaints.expect("422", "^htmx:(afterRequest|sendError|sendAbort)")
    settings.MODELS_FILE = MODELS_FILE
    benchmark = make_benchmark(("Coriolanus", "Brutus"), general=2, specific=3)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    staff_page.goto(f"/benchmarks/{benchmark.token}/judgings/")
    staff_page.get_by_role("button", name="Start model judging").click()
    expect(staff_page.get_by_text("Choose answer sets to compare.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "mistake")
    staff_page.get_by_label("Tuned").check()
    staff_page.get_by_label("Baseline").select_option(label=BASELINE)
    staff_page.get_by_role("button", name="Start model judging").click()
    expect(staff_page.get_by_role("button", name="Pause judging by firster")).to_be_visible()
    expect(staff_page.get_by_text("0 of 20")).to_be_visible()
    beside_the_browser(judge_all)
    expect(staff_page.get_by_text("Tuned over RoleGPT (published): 100.0%")).to_be_visible()
    check_page_in_both_sizes(staff_page, "judged")
    staff_page.get_by_role("link", name="firster").click()
    expect(staff_page.get_by_role("heading", level=1, name="Judging by firster")).to_be_visible()
    staff_page.get_by_role("combobox", name="Role").select_option("Brutus")
    staff_page.get_by_role("combobox", name="Outcome").select_option("wins")
    staff_page.get_by_role("button", name="Filter verdicts").click()
    expect(staff_page.get_by_role("article")).to_have_count(5)
    check_page_in_both_sizes(staff_page, "verdicts")
