"""The page of a study's analysis, and its files."""

import re
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from analysis.models import SHAPE, Report
from analysis.study.reports import request_report
from analysis.templatetags.typography import unbroken
from studies.models import Study
from tests.analysis.study.factories import compute, keep_report, make_flagged, make_judged_evaluation
from tests.factories import make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]
PAGE = "/studies/demo/analysis/"


@pytest.fixture
def study() -> Study:
    return make_judged_evaluation().study


def test_only_files_of_the_report_can_be_downloaded(study: Study, staff: Client) -> None:
    report = keep_report(study)
    for name in report.files:
        answer: Any = staff.get(f"{PAGE}files/{report.token}/{name}")
        assert answer.status_code == 200
        assert answer.content == name.encode()
        assert f'filename="demo-{name}"' in answer["Content-Disposition"]
    for name in ("other.txt", "..%2F..%2Fsecret_key"):
        assert staff.get(f"{PAGE}files/{report.token}/{name}").status_code == 404


def test_all_files_can_be_taken_away_at_once(study: Study, staff: Client) -> None:
    report = keep_report(study)
    answer = staff.get(f"{PAGE}{report.token}.zip")
    assert 'filename="demo-analysis.zip"' in answer["Content-Disposition"]
    with ZipFile(BytesIO(answer.content)) as archive:
        assert {path.removeprefix("demo-analysis/") for path in archive.namelist()} == set(report.files)
        assert archive.read("demo-analysis/results.json") == b"results.json"


def test_missing_files_are_reported_and_no_link_leads_to_them(study: Study, staff: Client) -> None:
    table = {"name": "table-2", "title": "Diversity", "header": ["all"], "numeric": [False], "groups": [("all", [[]])]}
    figure = {"name": "figure-2", "title": "Detected", "alt": "Half were.", "width": 9, "height": 9}
    report = keep_report(study, shown={"shape": SHAPE, "tables": [table], "figures": [figure]})
    links = f"/analysis/files/{report.token}/", f"{report.token}.zip"
    assert all(link in staff.get(PAGE).text for link in links)
    report.stored_files.filter(name="figure-2.svg").delete()
    page = staff.get(PAGE).text
    assert "1 of the 2 files of this analysis are missing" in page
    assert "Half were." in page
    assert not any(link in page for link in links)
    assert staff.get(f"{PAGE}{report.token}.zip").status_code == 404


def test_a_page_says_when_its_data_have_changed(study: Study, staff: Client) -> None:
    keep_report(study)
    assert "The data have changed since" not in staff.get(PAGE).text
    make_flagged(study)
    assert "The data have changed since" in staff.get(PAGE).text


def test_a_page_says_when_another_version_of_the_software_computed_it(study: Study, staff: Client) -> None:
    keep_report(study, fingerprint="of then", code="analysis 0123456789ab")
    assert "Another version of the software" in staff.get(PAGE).text


def test_a_report_that_an_older_version_has_stored_is_not_shown(study: Study, staff: Client) -> None:
    Report.objects.create(
        study=study, fingerprint="older", state=Report.State.FINISHED, shown={"tables": [{"rows": []}]}
    )
    assert "Nothing has been computed yet" in staff.get(PAGE).text


def test_a_study_without_data_says_what_each_result_needs(staff: Client) -> None:
    make_study()
    page = staff.get(PAGE).text
    assert "There is nothing to analyse yet" in page
    assert "<button" not in page.split("<main")[1]
    assert "Start a run" in page


def test_the_page_shows_the_progress_and_reloads_at_the_end(study: Study, staff: Client) -> None:
    request_report(study)
    Report.objects.update(step="figures", worker="w", leased_until="2999-01-01T00:00:00Z")
    assert "Computing the analysis: figures" in staff.get(f"{PAGE}live/").text
    Report.objects.update(state=Report.State.FINISHED)
    assert staff.get(f"{PAGE}live/")["HX-Refresh"] == "true"


def test_every_number_of_table_3_leads_to_the_judgements_behind_it(study: Study, staff: Client) -> None:
    compute(study)
    table = staff.get(PAGE).text.split('id="table-of-table-3"')[1].split("</table>")[0]
    numbers = re.findall(r'<a href="(/studies/demo/evaluations/pairs/[^"]*)">(\d+) \(', table)
    assert len(numbers) == 3 * 3 * 3  # confidences, subsets, and two models with all of them
    for address, number in numbers:
        page = staff.get(unescape(address)).text
        assert f"{number} judgement" in page or (number == "0" and "No judged pair matches the filter." in page)
    assert 'outcome=undetected&amp;inquirer=gpt-4">' in table


def test_numbers_of_open_evaluations_lead_to_no_pairs(study: Study, staff: Client) -> None:
    study.evaluations.update(state="open")
    compute(study, [1])
    assert "/evaluations/pairs/" not in staff.get(PAGE).text


def test_no_line_breaks_between_a_number_and_its_sign(study: Study, staff: Client) -> None:
    finding = {"title": "Detection", "conclusion": "They differ, p < .001.", "sentences": ["50% <b>is</b> guessing."]}
    table = {"name": "sensitivity", "header": ["all", "test"], "numeric": [False, False]}
    tables = [table | {"groups": [("all", [["z = 3.84"]])]}]
    keep_report(study, shown={"shape": SHAPE, "findings": [finding], "tables": tables})
    page = staff.get(PAGE).text
    assert "They differ, p\xa0&lt;\xa0.001." in page
    assert "50% &lt;b&gt;is&lt;/b&gt; guessing." in page
    assert "<td>z\xa0=\xa03.84</td>" in page


def test_signs_that_belong_to_no_number_are_left_alone() -> None:
    assert unbroken("χ²(3) = 35.08; 47.5% of 800") == "χ²(3)\xa0=\xa035.08; 47.5% of 800"
    assert unbroken("models that share one differ <") == "models that share one differ <"


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}live/", f"{PAGE}token.zip", f"{PAGE}files/token/results.json"])
def test_only_researchers_see_it(address: str) -> None:
    make_study()
    assert Client().get(address)["Location"].startswith("/login/")
