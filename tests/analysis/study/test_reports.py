"""A study's analysis: requested on its page, computed by a worker, kept until the data change."""

import pytest
from django.test import Client

from analysis.models import SHAPE, Report, ReportFile
from analysis.study.reports import current_report, ensure_report, last_choice, request_report
from jobs.queues import Queue
from tests.analysis.study.factories import compute, judge, keep_report, make_flagged, make_judged_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.factories import make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]
PAGE = "/studies/demo/analysis/"


def test_a_page_without_an_analysis_offers_one_and_a_worker_computes_it(staff: Client) -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study, title="Second round")), True, True)
    make_evaluation(study, title="Third round")
    assert current_report(study) is None
    older = keep_report(study, fingerprint="of then")
    Report.objects.update(shown={})
    assert "Nothing has been computed yet" in staff.get(PAGE).text
    assert "The analysis is waiting for a worker" in staff.post(PAGE, follow=True).text
    Report.objects.filter(state=Report.State.RUNNING).delete()
    report = compute(study, [1, 2])
    page = " ".join(staff.get(PAGE).text.split())
    assert "<strong>10</strong> by 3 evaluators" in page
    assert "Second round</a> (2, open)" in page
    assert "Third round</a>" not in page
    assert "A logistic mixed model" in page
    assert "Table 3" in page
    assert "numpy" in report.code
    assert report.code in page
    assert [one.name for one in report.stored_files.all()] == report.files
    assert all(one.content for one in report.stored_files.all())
    assert {"results.json", "report.txt", "table-3.csv", "table-3.tex", "figure-2.svg"} < set(report.files)
    assert list(Report.objects.all()) == [report]
    assert not ReportFile.objects.filter(report=older.pk).exists()


def test_asking_again_computes_again_also_for_the_same_data_and_once_at_a_time() -> None:
    study = make_judged_evaluation().study
    report = keep_report(study)
    assert ensure_report(study) == report
    again = request_report(study)
    assert (again != report, again.state, again.fingerprint) == (True, Report.State.RUNNING, report.fingerprint)
    assert request_report(study) == ensure_report(study) == current_report(study) == again
    make_flagged(study)
    assert current_report(study) is None
    assert request_report(study) != again


def test_a_request_that_is_killed_before_the_report_is_queued_leaves_none_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = make_judged_evaluation().study

    def kill(*_arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killing, pytest.raises(SystemExit):
        killing.setattr(Queue, "queue", kill)
        request_report(study)
    assert not Report.objects.exists()
    assert request_report(study).is_queued


def test_a_choice_of_evaluations_is_remembered_by_the_page(staff: Client) -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study, title="Second round")), True, True)
    keep_report(study)
    page = staff.get(PAGE).text
    assert "Second round (open, 2 judgements)" in page
    assert "still open" not in page
    staff.post(PAGE, {"chooses": "1", "evaluations": ["1", "2"]})
    assert last_choice(study) == [1, 2]
    Report.objects.filter(state=Report.State.RUNNING).update(
        state=Report.State.FINISHED, shown={"shape": SHAPE, "judgements": {"1": 8, "2": 2}, "evaluators": 3}
    )
    page = " ".join(staff.get(PAGE).text.split())
    assert "Second round is still open, and its judgements were chosen to count" in page
    assert "The data have changed since" not in page
    staff.post(PAGE)
    assert last_choice(study) == [1, 2]
    staff.post(PAGE, {"chooses": "1", "evaluations": ["1"]})
    assert last_choice(study) is None
    refused = staff.post(PAGE, {"chooses": "1", "evaluations": ["3"]})
    assert (refused.status_code, "This study has no such evaluation" in refused.text) == (400, True)


def test_a_study_without_judgements_shows_its_dialogues(staff: Client) -> None:
    compute(make_judged_study("demo"))
    page = staff.get(PAGE).text
    assert "has no judgements. Plan an evaluation" in page
    assert "Table 1." in page
    assert "Table 3" not in page


def test_a_study_without_data_says_so_and_can_be_tried_again(staff: Client) -> None:
    study = make_study()
    report = compute(study)
    assert report.has_failed
    page = staff.get(PAGE).text
    assert "Collect or simulate some first" in page
    assert request_report(study).state == Report.State.RUNNING
