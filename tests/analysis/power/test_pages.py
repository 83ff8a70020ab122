"""The pages on which researchers estimate how many evaluators a study needs."""

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from analysis.models import PowerEstimate
from analysis.power.estimate_page import LISTED
from analysis.power.estimates import question_of, request_estimate
from analysis.statistics.power_plans import PAPER, PowerQuestion
from jobs.heartbeats import record_heartbeat
from jobs.routing import COMPUTING, Service

pytestmark = pytest.mark.django_db
State = PowerEstimate.State
PAGE = "/power/"
QUESTION = PowerQuestion({"gpt-4": 0.5, "mixtral": 0.6, "vicuna": 0.9}, evaluators=(10, 20), pairs=30, studies=100)
FORM = {
    "rates-TOTAL_FORMS": "3",
    "rates-INITIAL_FORMS": "2",
    "rates-0-model": "gpt-4",
    "rates-0-percent": "50",
    "rates-1-model": "mixtral",
    "rates-1-percent": "60.5",
    "rates-2-model": "",
    "rates-2-percent": "",
    "evaluators": "20, 10",
    "pairs": "30",
    "people": "20",
    "evaluator_sd": "0.5",
    "person_sd": "0",
    "adjustment": "holm",
    "studies": "100",
    "seed": "7",
}


def make_estimate(**fields: Any) -> PowerEstimate:
    """Store an estimate that found all differences half of the time with 10 evaluators, and nearly always, except one, with
    20."""
    estimate = request_estimate(QUESTION)
    found = [
        {"studies": 100, "failed": 3, "overall": 50, "contrasts": [5, 50, 50]},
        {"studies": 100, "failed": 0, "overall": 90, "contrasts": [10, 95, 85]},
    ]
    PowerEstimate.objects.filter(pk=estimate.pk).update(**{"state": State.FINISHED, "found": found} | fields)
    estimate.refresh_from_db()
    return estimate


def test_an_estimate_that_no_worker_serves_says_which_one_to_start(staff: Client) -> None:
    estimate = make_estimate(state=State.RUNNING, started_at=None)
    sentence = "No worker serves computing: start one with “python manage.py worker --computing”."
    assert sentence in staff.get(f"{PAGE}{estimate.token}/").text
    record_heartbeat("w", Service(frozenset({COMPUTING})), "")
    assert sentence not in staff.get(f"{PAGE}{estimate.token}/").text


def test_the_form_begins_with_the_papers_rates(staff: Client) -> None:
    page = staff.get(PAGE).text
    assert "table 3 of the paper" in page
    for model, rate in PAPER.items():
        assert f'value="{model}"' in page
        assert f'value="{100 * rate:.6g}"' in page
    assert 'value="10, 20, 40"' in page


def test_a_question_is_stored_once_and_waits_for_a_worker(staff: Client) -> None:
    answer = staff.post(PAGE, FORM)
    [estimate] = PowerEstimate.objects.all()
    assert answer["Location"] == f"/power/{estimate.token}/"
    assert question_of(estimate) == PowerQuestion(
        {"gpt-4": 0.5, "mixtral": 0.605}, (10, 20), pairs=30, people=20, evaluator_sd=0.5, person_sd=0.0,
        adjustment="holm", studies=100, seed=7,
    )  # fmt: skip
    page = staff.get(answer["Location"]).text
    assert "waiting for a worker" in page
    assert "<strong>0</strong> of 200 studies simulated" in page
    staff.post(PAGE, FORM)
    assert PowerEstimate.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words", "place"),
    [
        ({"rates-1-model": "gpt-4"}, "gpt-4 is listed twice. Give each model one rate.", "#models"),
        ({"rates-1-DELETE": "on"}, "at least two models", "#models"),
        ({"rates-1-percent": "100"}, "Enter a rate above 0 and below 100.", "#id_rates-1-percent"),
        ({"rates-1-percent": "nan"}, "Enter a number.", "#id_rates-1-percent"),
        ({"rates-1-model": " "}, "Model (new), Model: This field is required.", "#id_rates-1-model"),
        ({"rates-2-percent": "70"}, "This field is required.", "#id_rates-2-model"),
        ({"evaluators": "many"}, "Enter numbers of evaluators as whole numbers separated by commas", "#id_evaluators"),
        ({"evaluators": "1"}, "at least two evaluators", "#id_evaluators"),
        ({"evaluators": "20,5000"}, "give more than 20,000 judgements", "#id_evaluators"),
        ({"pairs": "1"}, "at least 2 pairs per evaluator", "#id_pairs"),
        ({"pairs": "9" * 5000}, "Enter a whole number.", "#id_pairs"),
        ({"people": "100000"}, "between 2 and 1,000", "#id_people"),
        ({"evaluator_sd": "inf"}, "Enter a number.", "#id_evaluator_sd"),
        ({"person_sd": "6"}, "between 0 (no variation) and 5", "#id_person_sd"),
        ({"adjustment": "most"}, "Select a valid choice", "#id_adjustment"),
        ({"studies": "2001"}, "between 1 and 2,000", "#id_studies"),
        ({"seed": "-1"}, "Enter a seed between 0", "#id_seed"),
    ],
)
def test_an_invalid_assumption_is_reported_at_its_field_and_nothing_is_lost(
    staff: Client, changed: dict[str, str], words: str, place: str
) -> None:
    answer = staff.post(PAGE, FORM | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="{place}' in answer.text
    for value in (FORM | changed).values():
        assert value.strip() in answer.text
    assert not PowerEstimate.objects.exists()


def test_a_model_is_added_without_a_script_and_nothing_is_lost(staff: Client) -> None:
    answer = staff.post(PAGE, FORM | {"add": "model", "evaluators": "33"})
    assert answer.status_code == 200
    assert 'name="rates-3-model"' in answer.text
    assert 'value="33"' in answer.text
    assert "field-error" not in answer.text
    assert staff.post(PAGE, FORM | {"add": "model", "rates-TOTAL_FORMS": "9999999"}).status_code == 200


def test_a_page_shows_the_results_and_their_meaning(staff: Client) -> None:
    page = staff.get(f"/power/{make_estimate().token}/").text
    assert "10 and 20 evaluators × 30 pairs" in page
    assert (
        "20 evaluators with 30 pairs each are enough to find any difference between the models: 90% of such studies find one, "
        "and 80% is a common target" in page
    )
    assert "find 2 in at least 80% of studies; they find the hardest one, gpt-4 and mixtral, in 10%" in page
    assert "Of 100 studies with 10 evaluators, 3 could not be analysed" in page
    assert "<strong>95.0%</strong>" in page
    assert 'gpt-4 and vicuna <span class="quiet">50 and 90%</span>' in page
    assert "10.0%" in page
    assert "<strong>10.0%</strong>" not in page


def test_sizes_that_are_too_small_are_called_so(staff: Client) -> None:
    found = [{"studies": 100, "failed": 0, "overall": count, "contrasts": [0, 0, 0]} for count in (10, 79)]
    page = staff.get(f"/power/{make_estimate(found=found).token}/").text
    assert "20 evaluators with 30 pairs each are too few" in page
    assert "find none in at least 80% of studies" in page


def test_two_models_have_one_difference_and_one_sentence(staff: Client) -> None:
    estimate = request_estimate(PowerQuestion({"a": 0.5, "b": 0.7}, studies=10))
    found = [{"studies": 10, "failed": 0, "overall": 9, "contrasts": [9]}]
    PowerEstimate.objects.update(state=State.FINISHED, found=found)
    page = staff.get(f"/power/{estimate.token}/").text
    assert "a and b" in page
    assert "the hardest" not in page


def test_the_table_is_a_file(staff: Client) -> None:
    answer = staff.get(f"/power/{make_estimate().token}/power.csv")
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [(row["evaluators"], row["a"], row["b"], row["found"]) for row in rows[3:6]] == [
        ("10", "mixtral", "vicuna", "50"),
        ("20", "", "", "90"),
        ("20", "gpt-4", "mixtral", "10"),
    ]
    assert (rows[5]["rate_a"], rows[5]["rate_b"], rows[5]["power"], rows[5]["seed"]) == ("0.5", "0.6", "0.1", "73")
    assert "attachment" in answer["Content-Disposition"]


def test_no_name_in_the_file_is_taken_for_a_formula(staff: Client) -> None:
    estimate = request_estimate(PowerQuestion({"=1+1": 0.5, "b": 0.7}, studies=10))
    PowerEstimate.objects.update(found=[{"studies": 10, "failed": 0, "overall": 9, "contrasts": [9]}])
    [_, row] = csv.DictReader(StringIO(staff.get(f"/power/{estimate.token}/power.csv").text))
    assert (row["a"], row["b"]) == ("'=1+1", "b")


def test_all_that_are_under_way_are_listed_however_many_there_are(staff: Client) -> None:
    first, second, *_ = (request_estimate(replace(QUESTION, seed=seed)) for seed in range(LISTED + 2))
    PowerEstimate.objects.filter(pk=second.pk).update(state=State.FINISHED)
    page = staff.get(PAGE).text
    assert f"/power/{first.token}/" in page
    assert f"/power/{second.token}/" not in page


def test_a_waiting_estimate_says_how_many_are_ahead_of_it(staff: Client) -> None:
    earlier, waiting, later = (request_estimate(replace(QUESTION, seed=seed)) for seed in range(3))
    assert "first." not in staff.get(f"/power/{earlier.token}/live/").text
    assert "1 other estimate comes first." in staff.get(f"/power/{waiting.token}/live/").text
    PowerEstimate.objects.filter(pk=later.pk).update(worker="w", leased_until="2999-01-01T00:00:00Z")
    assert "2 other estimates come first." in staff.get(f"/power/{waiting.token}/live/").text
    PowerEstimate.objects.exclude(pk=waiting.pk).update(state=State.FINISHED)
    assert "first." not in staff.get(f"/power/{waiting.token}/live/").text


def test_a_page_follows_an_estimate_until_it_is_over(staff: Client) -> None:
    half = [{"studies": 40, "failed": 0, "overall": 1, "contrasts": [0, 0, 0]}] * 2
    estimate = make_estimate(state=State.RUNNING, found=half)
    live = f"/power/{estimate.token}/live/"
    assert "<strong>80</strong> of 200 studies" in staff.get(live).text
    staff.post(f"/power/{estimate.token}/", {"action": "cancel"})
    assert staff.get(live)["HX-Refresh"] == "true"
    page = staff.get(f"/power/{estimate.token}/").text
    assert "cancelled after 80 of 200 studies" in page
    assert "40 studies" in page
    staff.post(f"/power/{estimate.token}/", {"action": "resume"})
    assert "waiting for a worker" in staff.get(live).text
    staff.post(f"/power/{estimate.token}/", {"action": "explode"})
    assert PowerEstimate.objects.get().state == State.RUNNING


def test_an_estimate_by_another_version_of_the_code_leads_to_the_current_one(staff: Client) -> None:
    older = make_estimate(state=State.CANCELLED, code="older", fingerprint="older")
    current = request_estimate(QUESTION)
    answer = staff.post(f"/power/{older.token}/", {"action": "resume"})
    assert (current != older, answer["Location"]) == (True, f"/power/{current.token}/")


def test_a_failed_estimate_says_why_and_can_be_retried(staff: Client) -> None:
    estimate = make_estimate(state=State.PAUSED, message="Something went wrong.", found=[])
    assert "Something went wrong." in staff.get(f"/power/{estimate.token}/").text
    staff.post(f"/power/{estimate.token}/", {"action": "resume"})
    assert PowerEstimate.objects.get().state == State.RUNNING


def test_estimates_are_listed_and_can_be_changed(staff: Client) -> None:
    estimate = make_estimate()
    assert f"/power/{estimate.token}/" in staff.get(PAGE).text
    page = staff.get(f"{PAGE}?again={estimate.token}").text
    assert "assumptions of an earlier estimate" in page
    assert 'value="10, 20"' in page
    assert 'value="vicuna"' in page
    assert staff.get(f"{PAGE}?again=nothing").status_code == 404


@pytest.mark.parametrize("address", [PAGE, "/power/token/", "/power/token/live/", "/power/token/power.csv"])
def test_only_researchers_see_it(address: str) -> None:
    assert Client().get(address)["Location"].startswith("/login/")
