"""A study's analysis: asked for on its page, computed by a worker, kept until the data change."""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from analysis import code_version as versions
from analysis.code_version import code_version
from analysis.models import SHAPE, Report
from analysis.study.fingerprints import fingerprint
from analysis.study.reports import current_report, folder_of, request_report, work_off
from analysis.writing import write_files
from collection.models import Participant, Study
from collection.participation.withdrawal import withdraw
from evaluation.evaluators.withdrawal import withdraw as withdraw_evaluator
from evaluation.models import Evaluator, Judgement, Pair
from tests.analysis.study.test_judgements import judge, make_judged_evaluation
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_participant
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.factories import make_staff, make_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/analysis/"


@pytest.fixture
def study() -> Study:
    return make_judged_evaluation().study


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def compute(study: Study) -> Report:
    """The study's report as a worker leaves it."""
    report = request_report(study)
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_off()
    report.refresh_from_db()
    return report


def test_a_page_without_an_analysis_offers_one_and_a_worker_computes_it(study: Study, staff: Client) -> None:
    assert "Nothing has been computed yet" in staff.get(PAGE).text
    assert "It waits for a worker" in staff.post(PAGE, follow=True).text
    work_off()
    page = staff.get(PAGE).text
    assert "<strong>8</strong> by 2 evaluators" in page
    assert "A logistic mixed model" in page
    assert "Table 3" in page
    [report] = Report.objects.all()
    assert "numpy" in report.code
    assert report.code in page


def test_every_file_can_be_taken_away_and_nothing_else(study: Study, staff: Client) -> None:
    report = compute(study)
    assert {path.name for path in folder_of(report).iterdir()} == set(report.files)
    for name in ("results.json", "table-3.csv", "table-3.tex", "figure-2.svg", "figure-2.pdf"):
        answer: Any = staff.get(f"{PAGE}files/{report.token}/{name}")
        assert answer.status_code == 200
        assert answer.content == (folder_of(report) / name).read_bytes()
        assert f'filename="demo-{name}"' in answer["Content-Disposition"]
    (folder_of(report) / "other.txt").touch()
    for name in ("other.txt", "..%2F..%2Fsecret_key"):
        assert staff.get(f"{PAGE}files/{report.token}/{name}").status_code == 404


def test_asking_again_computes_nothing_until_the_data_change(study: Study) -> None:
    report = compute(study)
    assert request_report(study) == report
    make_flagged(study)
    assert current_report(study) is None
    other = compute(study)
    assert other != report
    assert list(Report.objects.all()) == [other]
    assert not folder_of(report).exists()


def test_a_page_says_when_its_data_have_changed(study: Study, staff: Client) -> None:
    kept = {"code": code_version(), "state": Report.State.DONE, "shown": {"shape": SHAPE}}
    Report.objects.create(study=study, fingerprint=fingerprint(study), **kept)
    assert "The data have changed since" not in staff.get(PAGE).text
    make_flagged(study)
    assert "The data have changed since" in staff.get(PAGE).text


def test_a_page_says_when_another_version_of_the_software_computed_it(study: Study, staff: Client) -> None:
    kept = {"code": "analysis 0123456789ab", "state": Report.State.DONE, "shown": {"shape": SHAPE}}
    Report.objects.create(study=study, fingerprint="of then", **kept)
    assert "by another version of the software" in staff.get(PAGE).text


def test_a_report_that_an_older_version_has_stored_is_not_shown(study: Study, staff: Client) -> None:
    Report.objects.create(study=study, fingerprint="older", state=Report.State.DONE, shown={"tables": [{"rows": []}]})
    assert "Nothing has been computed yet" in staff.get(PAGE).text


def test_all_files_can_be_taken_away_at_once(study: Study, staff: Client) -> None:
    report = compute(study)
    answer = staff.get(f"{PAGE}{report.token}.zip")
    assert 'filename="demo-analysis.zip"' in answer["Content-Disposition"]
    with ZipFile(BytesIO(answer.content)) as archive:
        assert {path.removeprefix("demo-analysis/") for path in archive.namelist()} == set(report.files)
        assert archive.read("demo-analysis/table-3.csv") == (folder_of(report) / "table-3.csv").read_bytes()
    shutil.rmtree(folder_of(report))
    assert staff.get(f"{PAGE}{report.token}.zip").status_code == 404


def test_the_report_says_what_it_is_made_of_and_what_to_mind(study: Study) -> None:
    study.evaluations.update(is_rehearsed=True, judges_per_pair=2)
    make_flagged(study)
    report = compute(study)
    made_of, rehearsed, still_open, several, flagged, *_ = (folder_of(report) / "report.txt").read_text().split("\n\n")
    assert made_of.startswith(f"{study.title}: 8 judgements, ")
    assert made_of.endswith(f"computed by {code_version()}.")
    assert "are made up" in rehearsed
    assert "still open" in still_open
    assert "judged by several evaluators" in several
    assert "flagged evaluators are among them (4)" in flagged


def test_the_evaluations_that_it_is_made_of_are_named_with_their_judgements(study: Study, staff: Client) -> None:
    another = make_evaluation(study, title="Second round")
    judge(make_evaluator(another), True, True)
    make_evaluation(study, title="Third round")
    compute(study)
    page = " ".join(staff.get(PAGE).text.split())
    assert "<strong>10</strong> by 3 evaluators" in page
    assert "Second round</a> (2, open)" in page
    assert "Third round" not in page


def test_a_study_without_anything_says_what_comes_of_what(staff: Client) -> None:
    make_study()
    page = staff.get(PAGE).text
    assert "There is nothing to analyse yet" in page
    assert "<button" not in page.split("<main")[1]
    assert "Start a run" in page


def test_a_study_that_nobody_has_judged_has_its_dialogues_on_the_page(staff: Client) -> None:
    compute(make_judged_study("demo"))
    page = staff.get(PAGE).text
    assert "has no judgements: plan an evaluation" in page
    assert "Table 1." in page
    assert "Table 3" not in page


def test_whatever_an_analysis_is_made_of_changes_the_fingerprint(study: Study) -> None:
    seen = {fingerprint(study)}
    make_flagged(study)
    seen.add(fingerprint(study))
    Judgement.objects.latest("pk").delete()
    seen.add(fingerprint(study))
    Judgement.objects.update(submitted_at=timezone.now())
    seen.add(fingerprint(study))
    Pair.objects.filter(pk=Pair.objects.earliest("pk").pk).update(withdrawn_at=timezone.now())
    seen.add(fingerprint(study))
    make_natural_dialogue(make_participant(study), goal=study.goals.first(), ending="next_goal")
    seen.add(fingerprint(study))
    assert len(seen) == 6


def test_what_judgements_are_about_and_the_code_change_the_fingerprint(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {fingerprint(study)}
    study.goals.update(domain="Poetry")
    seen.add(fingerprint(study))
    assert len(seen) == 2
    for name in versions.ELSEWHERE:
        assert (Path(versions.__file__).parent.parent / name).is_file()
    before = versions.code_version.__wrapped__()
    monkeypatch.setattr(versions, "ELSEWHERE", (*versions.ELSEWHERE, "manage.py"))
    assert versions.code_version.__wrapped__() != before


class TestWhoWithdraws:
    """Is in no analysis any more, at once: not on the page, not in a file, and not in one that is under way."""

    @pytest.fixture
    def participant(self, study: Study) -> Participant:
        participant = Participant.objects.filter(study=study, persona__isnull=False).first()
        return participant or enrol_participant(study)

    def withdraw(self, participant: Participant) -> None:
        with TestCase.captureOnCommitCallbacks(execute=True):
            withdraw(participant)

    def test_takes_the_analysis_along(self, study: Study, staff: Client, participant: Participant) -> None:
        report = compute(study)
        assert (folder_of(report) / "results.json").exists()
        self.withdraw(participant)
        assert not Report.objects.exists()
        assert not folder_of(report).exists()
        assert "Table 3" not in staff.get(PAGE).text
        assert staff.get(f"{PAGE}files/{report.token}/results.json").status_code == 404

    def test_does_so_as_an_evaluator_too(self, study: Study) -> None:
        report = compute(study)
        with TestCase.captureOnCommitCallbacks(execute=True):
            withdraw_evaluator(Evaluator.objects.get(evaluation__study=study, number=1))
        assert not Report.objects.exists()
        assert not folder_of(report).exists()

    def test_leaves_those_of_other_studies(self, study: Study, participant: Participant) -> None:
        other = Report.objects.create(study=make_study("other"), fingerprint="other", state=Report.State.DONE)
        compute(study)
        self.withdraw(participant)
        assert list(Report.objects.all()) == [other]

    def test_stops_one_that_is_under_way(
        self, study: Study, participant: Participant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def write_and_withdraw(files: Any, folder: Path) -> list[Path]:
            paths = write_files(files, folder)
            self.withdraw(participant)
            folder.mkdir()  # a worker that was about to write does so after the files have gone
            return paths

        monkeypatch.setattr("analysis.study.computing.write_files", write_and_withdraw)
        report = request_report(study)
        work_off()
        assert not Report.objects.exists()
        assert not folder_of(report).exists()


def test_an_analysis_that_is_deleted_takes_its_files_along(study: Study) -> None:
    report = compute(study)
    with TestCase.captureOnCommitCallbacks(execute=True):
        report.delete()
    assert not folder_of(report).exists()


def make_flagged(study: Study) -> None:
    Evaluator.objects.filter(evaluation__study=study, number=1).update(flag="did not read")


def test_a_study_without_data_says_so_and_can_be_tried_again(staff: Client) -> None:
    study = make_study()
    report = compute(study)
    assert report.state == Report.State.FAILED
    page = staff.get(PAGE).text
    assert "collect or simulate some first" in page
    assert request_report(study).state == Report.State.QUEUED


def test_what_goes_wrong_unexpectedly_is_told_and_hinders_no_other(
    study: Study, tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "var"
    blocked.touch()
    settings.VAR_DIR = blocked
    report = compute(study)
    assert report.state == Report.State.FAILED
    assert "the worker's log says what" in report.message
    assert report.token in caplog.text


def test_a_worker_takes_over_from_one_that_is_gone(study: Study) -> None:
    report = request_report(study)
    Report.objects.update(state=Report.State.RUNNING, leased_until="2020-01-01T00:00:00Z")
    work_off()
    report.refresh_from_db()
    assert report.state == Report.State.DONE


def test_nobody_takes_what_another_worker_has_in_hand(study: Study) -> None:
    request_report(study)
    Report.objects.update(state=Report.State.RUNNING, leased_until="2999-01-01T00:00:00Z")
    work_off()
    assert Report.objects.get().state == Report.State.RUNNING


def test_the_page_is_told_how_far_it_is_and_loads_anew_when_it_is_there(study: Study, staff: Client) -> None:
    request_report(study)
    Report.objects.update(state=Report.State.RUNNING, step="figures")
    assert "It is being computed: figures" in staff.get(f"{PAGE}live/").text
    Report.objects.update(state=Report.State.DONE)
    assert staff.get(f"{PAGE}live/")["HX-Refresh"] == "true"


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}live/", f"{PAGE}token.zip", f"{PAGE}files/token/results.json"])
def test_only_researchers_see_it(study: Study, address: str) -> None:
    assert Client().get(address)["Location"].startswith("/login/")
