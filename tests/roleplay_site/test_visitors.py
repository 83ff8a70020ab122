"""Visitors without an account read what this is and what was published, and find the way in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from analysis.models import SHAPE, Report, ReportFile
from collection.models import Recruitment
from evaluation.models import Evaluation
from studies.models import AuditLine, Study
from studies.services import copy_study
from tests.factories import make_staff, make_study

pytestmark = pytest.mark.django_db
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10"/></svg>'


def make_analysed_study() -> Study:
    """Store a study with an analysis."""
    return add_analysis(make_study())


def add_analysis(study: Study) -> Study:
    """Store an analysis that has a table and figures, one of them about participants."""
    table = {
        "name": "table-3",
        "title": "Undetected simulations",
        "header": ["Model", "Rate"],
        "numeric": [False, True],
        "groups": [["mixtral", [["0.44"]]]],
        "note": "",
    }
    figures = [
        {"name": name, "title": name, "alt": name, "width": 10, "height": 10} for name in ("figure-2", "figure-3-age")
    ]
    finding = {"title": "Detection", "conclusion": "Mixtral passed in 44 % of the pairs.", "sentences": []}
    shown = {"shape": SHAPE, "tables": [table], "figures": figures, "findings": [finding]}
    report = Report.objects.create(study=study, state="finished", shown=shown, fingerprint="1", code="1")
    for figure in figures:
        ReportFile.objects.create(report=report, name=f"{figure['name']}.svg", content=DRAWING)
    return study


def publish(action: str = "publish") -> str:
    """Do so as a researcher, and return the page that follows."""
    client = Client()
    client.force_login(make_staff(f"staff-{User.objects.count()}"))
    return client.post("/studies/demo/keeping/", {"action": action}, follow=True).text


def test_the_home_page_says_what_this_is_and_leads_researchers_to_their_studies(client: Client) -> None:
    make_study()
    page = client.get("/").text
    assert "How a study works" in page
    assert "Nothing has been published yet." in page
    assert 'href="/login/"' in page
    assert "the paper" not in page
    client.force_login(make_staff())
    assert "LLM Roleplay: the paper" in client.get("/").text


def test_only_published_results_are_shown_and_none_about_single_participants(client: Client) -> None:
    study = make_analysed_study()
    addresses = ["/results/demo/", "/results/demo/figure-2.svg"]
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert "The results have been published." in publish()
    assert "Mixtral passed in 44 % of the pairs." in client.get("/").text
    page = client.get("/results/demo/").text
    assert "0.44" in page
    assert "figure-3-age" not in page
    assert client.get("/results/demo/figure-2.svg").content == DRAWING
    assert client.get("/results/demo/figure-3-age.svg").status_code == 404
    assert not copy_study(study).is_public
    publish("hide")
    assert client.get("/results/demo/").status_code == 404
    assert [line.words for line in AuditLine.objects.filter(words__contains="visitors")] == [
        "the results to visitors"
    ] * 2


def test_results_are_hidden_from_people_who_chat_and_judge(client: Client) -> None:
    study = make_analysed_study()
    evaluation = study.evaluations.create(number=1, state=Evaluation.State.OPEN)
    assert "Close the study and its evaluations first." in publish()
    Evaluation.objects.filter(pk=evaluation.pk).update(state=Evaluation.State.CLOSED)
    publish()
    assert client.get("/results/demo/").status_code == 200
    Recruitment.objects.create(study=study, is_open=True)
    assert client.get("/results/demo/").status_code == 404
    assert "Nothing has been published yet." in client.get("/").text


def test_nothing_can_be_published_before_an_analysis() -> None:
    make_study()
    assert "Compute an analysis first." in publish()
