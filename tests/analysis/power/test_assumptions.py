"""The values that pre-fill the form of an estimate: assumptions from an earlier study's analysis."""

import json
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from django.test import Client

from analysis.models import SHAPE, Report
from analysis.power.assumptions import assumptions_of
from analysis.statistics.power_plans import PAPER
from studies.models import Study
from tests.factories import make_study

pytestmark = pytest.mark.django_db
PAGE = "/power/"


def make_report(study: Study, results: dict[str, Any] | None) -> Report:
    """Store a report of the study with these results."""
    report = Report.objects.create(
        study=study,
        fingerprint="x",
        state=Report.State.FINISHED,
        shown={"shape": SHAPE},
        finished_at="2026-03-01T00:00:00Z",
    )
    report.refresh_from_db()
    if results is not None:
        report.stored_files.create(name="results.json", content=json.dumps(results).encode())
    return report


def test_a_studys_analysis_suggests_rates_and_differences(staff: Client) -> None:
    study = make_study()
    effects = {"(Intercept)": {"estimate": 0.0}, "model[b]": {"estimate": 1.0}}
    counts = {"pairs": 9, "detected": 9}
    make_report(
        study,
        {
            "levels": ["a", "b"],
            "detected": {"fixed_effects": effects, "sd": {"participant": 0.8123, "generator_user": 0.0}},
            "detection_table": {"a": counts, "b": counts},
        },
    )
    assumed = assumptions_of(study)
    assert assumed.question.rates == {"a": 0.5, "b": 0.731}
    assert (assumed.question.evaluator_sd, assumed.question.person_sd) == (0.81, 0.0)
    page = unescape(staff.get(f"{PAGE}?study=demo").text)
    assert f"from the analysis of “{study.title}” on 1 March 2026" in page
    assert 'value="73.1"' in page


def test_a_model_without_an_estimate_counts_as_it_was_counted() -> None:
    study = make_study()
    effects = {"(Intercept)": {"estimate": None}, "model[b]": {"estimate": None}}
    table = {"a": {"pairs": 9, "detected": 9}, "b": {"pairs": 9, "detected": 4}}
    results = {"levels": ["a", "b"], "detected": {"fixed_effects": effects, "sd": None}, "detection_table": table}
    make_report(study, results)
    assert assumptions_of(study).question.rates == {"a": 0.95, "b": 0.45}


def test_a_model_with_a_long_name_is_taken_over(staff: Client) -> None:
    study, name = make_study(), "m" * 100
    make_report(study, counted(name, "b"))
    assert set(assumptions_of(study).question.rates) == {name, "b"}
    assert f'value="{name}"' in staff.get(f"{PAGE}?study=demo").text


def test_an_analysis_without_judgements_suggests_nothing(staff: Client) -> None:
    study = make_study()
    assert "has no analysis yet" in staff.get(f"{PAGE}?study=demo").text
    make_report(study, None)
    assert "has no judgements" in staff.get(f"{PAGE}?study=demo").text
    assert assumptions_of(study).question.rates == PAPER


@pytest.mark.parametrize(
    ("models", "reason"), [(["a"], "at least two models"), ("abcdefghijklm", "You entered 13 models")]
)
def test_the_reason_why_rates_cannot_be_used_is_given(staff: Client, models: Sequence[str], reason: str) -> None:
    study = make_study()
    make_report(study, counted(*models))
    assert reason in staff.get(f"{PAGE}?study=demo").text
    assert assumptions_of(study).question.rates == PAPER


@pytest.mark.parametrize("address", ["analysis/", "evaluations/new/"])
def test_a_studys_pages_lead_here_with_its_rates(staff: Client, address: str) -> None:
    make_study()
    assert 'href="/power/?study=demo"' in staff.get(f"/studies/demo/{address}").text


def counted(*models: str) -> dict[str, Any]:
    """Return results with counts but without estimates of a model."""
    table = {model: {"pairs": 9, "detected": 4} for model in models}
    return {"levels": list(models), "detected": {"fixed_effects": None, "sd": None}, "detection_table": table}
