"""The mixed models of a study compare elicitations and characters, if a researcher chooses so."""

import json

import pytest
from django.test import Client

from analysis.study.reports import current_report, last_factors, request_report
from evaluation.models import Pair
from studies.models import Dialogue, Study
from tests.analysis.study.factories import compute, make_judged_evaluation
from tests.analysis.working import work_off_reports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]
PAGE = "/studies/demo/analysis/"


def make_study_of_characters() -> Study:
    """Store judgements about dialogues by characters, elicited in two ways."""
    study = make_judged_evaluation().study
    for number, dialogue in enumerate(study.dialogues.filter(kind=Dialogue.Kind.SIMULATED)):
        way = ("zero-shot", "dialogue")[number % 2]
        dialogue.inquirer |= {"character": {"name": "Coriolanus", "elicitation": way, "pairs": [], "sheet": ""}}
        dialogue.save()
    return study


def test_the_page_offers_factors_only_where_characters_play(staff: Client) -> None:
    study = make_judged_evaluation().study
    assert "What the mixed models compare" not in staff.get(PAGE).text
    Dialogue.objects.filter(study=study, kind="simulated").update(
        inquirer={"model": "tiny", "character": {"name": "X"}}
    )
    page = staff.get(PAGE).text
    assert "What the mixed models compare" in page
    assert "responders’ characters" not in page


def test_a_chosen_elicitation_is_compared_remembered_and_said(staff: Client) -> None:
    study = make_study_of_characters()
    staff.post(PAGE, {"chooses": "1", "evaluations": ["1"], "by": ["elicitation"]})
    work_off_reports()
    report = current_report(study)
    assert report is not None
    assert (report.has_failed, report.factors) == (False, ["elicitation"])
    found = json.loads(bytes(report.stored_files.get(name="results.json").content))
    assert found["levels"] == ["dialogue", "zero-shot"]
    assert "called a model in the results, is an elicitation" in staff.get(PAGE).text
    staff.post(PAGE)
    assert last_factors(study) == ["elicitation"]


def test_an_analysis_by_other_factors_is_another_one(staff: Client) -> None:
    study = make_study_of_characters()
    by_model = compute(study)
    assert request_report(study, factors=["elicitation"]).fingerprint != by_model.fingerprint
    refused = staff.post(PAGE, {"chooses": "1", "evaluations": ["1"], "by": ["responder_character"]})
    assert refused.status_code == 400
    assert "do not differ in this" in refused.text


def test_the_conditions_of_a_study_are_compared(staff: Client) -> None:
    study = make_judged_evaluation().study
    names = ("cold", "usual")
    for number, pair in enumerate(Pair.objects.filter(role=Pair.Role.MAIN)):
        Pair.objects.filter(pk=pair.pk).update(condition=names[number // 2 % 2])
    for name in names:
        study.conditions.create(name=name)
    staff.post(PAGE, {"chooses": "1", "evaluations": ["1"], "by": ["condition"]})
    work_off_reports()
    report = current_report(study)
    assert report is not None
    found = json.loads(bytes(report.stored_files.get(name="results.json").content))
    assert found["levels"] == ["cold", "usual"]
    assert "called a model in the results, is a condition" in staff.get(PAGE).text


def test_elicitations_of_one_model_are_kept_apart_unless_other_factors_are_chosen(staff: Client) -> None:
    study = make_study_of_characters()
    staff.post(PAGE)
    work_off_reports()
    report = current_report(study)
    assert report is not None
    found = json.loads(bytes(report.stored_files.get(name="results.json").content))
    assert all(level.endswith((", dialogue", ", zero-shot")) for level in found["levels"])
    assert "a combination of an inquirer model and an elicitation" in staff.get(PAGE).text
