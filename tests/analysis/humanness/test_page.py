"""The page about the health and fidelity of a run, and its files."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from analysis.humanness.reports import request_report
from analysis.models import HumannessReport
from simulation.models import Run
from tests.analysis.humanness.factories import SHOWN, keep_report
from tests.factories import make_dialogue, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    found = make_run(state=Run.State.FINISHED)
    make_dialogue(found.simulations.all()[0])
    return found


@pytest.fixture
def page(run: Run) -> str:
    return f"/runs/{run.token}/humanness/"


def test_the_run_leads_to_it(run: Run, page: str, staff: Client) -> None:
    assert f'href="{page}"' in staff.get(f"/runs/{run.token}/").text


def test_before_the_first_results_it_says_what_each_needs(page: str, staff: Client) -> None:
    shown = staff.get(page).text
    assert "What each result needs" in shown
    assert "Compute results" in shown


def test_a_run_without_ended_dialogues_offers_no_computation(staff: Client) -> None:
    shown = staff.get(f"/runs/{make_run().token}/humanness/").text
    assert "no ended dialogue yet" in shown
    assert "<button" not in shown.split("<main")[1]


def test_it_shows_the_progress_and_reloads_at_the_end(run: Run, page: str, staff: Client) -> None:
    request_report(run)
    HumannessReport.objects.update(step="text classifier", worker="w", leased_until="2999-01-01T00:00:00Z")
    assert "Computing the results: text classifier" in staff.get(f"{page}live/").text
    HumannessReport.objects.update(state=HumannessReport.State.FINISHED)
    assert staff.get(f"{page}live/")["HX-Refresh"] == "true"


def test_it_says_when_the_data_or_the_software_have_changed(run: Run, page: str, staff: Client) -> None:
    report = keep_report(run)
    assert "have changed since" not in staff.get(page).text
    make_dialogue(run.simulations.all()[1])
    assert "The data have changed since" in staff.get(page).text
    HumannessReport.objects.filter(pk=report.pk).update(code="of then")
    assert "Another version of the software" in staff.get(page).text


def test_a_failure_is_shown_and_can_be_retried(run: Run, page: str, staff: Client) -> None:
    request_report(run)
    HumannessReport.objects.update(state=HumannessReport.State.PAUSED, message="A disk is full.")
    shown = staff.get(page).text
    assert "A disk is full." in shown
    assert "Try again" in shown


def test_other_measured_runs_of_the_study_are_listed(run: Run, page: str, staff: Client) -> None:
    keep_report(run)
    assert "Runs of this study" not in staff.get(page).text
    other = make_run(run.study, inquirer="mixtral")
    overall = {"found": {"middle": 1.234}, "ceiling": {"middle": 0.4}}
    keep_report(other, shown=SHOWN | {"overall": overall, "separation": {"auc": 0.987}})
    shown = staff.get(page).text
    assert f'href="/runs/{other.token}/humanness/"' in shown
    assert all(number in shown for number in ("1.23", "0.40", "0.99"))


def test_only_files_of_the_report_can_be_downloaded(run: Run, page: str, staff: Client) -> None:
    report = keep_report(run)
    answer: Any = staff.get(f"{page}files/{report.token}/health.csv")
    assert answer.content == b"symptom"
    assert f'filename="run-{run.token[:8]}-health.csv"' in answer["Content-Disposition"]
    assert staff.get(f"{page}files/{report.token}/other.csv").status_code == 404
    with ZipFile(BytesIO(staff.get(f"{page}{report.token}.zip").content)) as archive:
        assert archive.namelist() == [f"run-{run.token[:8]}-humanness/health.csv"]


def test_missing_files_are_reported(run: Run, page: str, staff: Client) -> None:
    keep_report(run).stored_files.all().delete()
    assert "1 of the 1 files of these results are missing" in " ".join(staff.get(page).text.split())


@pytest.mark.parametrize("rest", ["", "live/", "token.zip", "files/token/health.csv"])
def test_only_researchers_see_it(page: str, rest: str) -> None:
    assert Client().get(page + rest)["Location"].startswith("/login/")
