"""A study's analysis: asked for on its page, computed by a worker, kept until the data change."""

import pytest
from django.test import Client

from analysis.models import Report
from analysis.study.reports import current_report, folder_of, request_report
from tests.analysis.study.factories import compute, judge, keep_report, make_flagged, make_judged_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.factories import make_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/analysis/"


def test_a_page_without_an_analysis_offers_one_and_a_worker_computes_it(staff: Client) -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study, title="Second round")), True, True)
    make_evaluation(study, title="Third round")
    older = keep_report(study, fingerprint="of then")
    Report.objects.update(shown={})
    assert "Nothing has been computed yet" in staff.get(PAGE).text
    assert "It waits for a worker" in staff.post(PAGE, follow=True).text
    report = compute(study)
    page = " ".join(staff.get(PAGE).text.split())
    assert "<strong>10</strong> by 3 evaluators" in page
    assert "Second round</a> (2, open)" in page
    assert "Third round" not in page
    assert "A logistic mixed model" in page
    assert "Table 3" in page
    assert "numpy" in report.code
    assert report.code in page
    assert {path.name for path in folder_of(report).iterdir()} == set(report.files)
    assert {"results.json", "report.txt", "table-3.csv", "table-3.tex", "figure-2.svg"} < set(report.files)
    assert list(Report.objects.all()) == [report]
    assert not folder_of(older).exists()


def test_asking_again_computes_nothing_until_the_data_change() -> None:
    study = make_judged_evaluation().study
    report = keep_report(study)
    assert (request_report(study), request_report(study).state) == (report, Report.State.DONE)
    make_flagged(study)
    assert current_report(study) is None
    other = request_report(study)
    assert (other != report, other.state) == (True, Report.State.QUEUED)


def test_a_study_that_nobody_has_judged_has_its_dialogues_on_the_page(staff: Client) -> None:
    compute(make_judged_study("demo"))
    page = staff.get(PAGE).text
    assert "has no judgements: plan an evaluation" in page
    assert "Table 1." in page
    assert "Table 3" not in page


def test_a_study_without_data_says_so_and_can_be_tried_again(staff: Client) -> None:
    study = make_study()
    report = compute(study)
    assert report.state == Report.State.FAILED
    page = staff.get(PAGE).text
    assert "collect or simulate some first" in page
    assert request_report(study).state == Report.State.QUEUED
