"""A researcher adds conditions to a study in a browser, and follows them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from collection.settings_of_studies import load_demo_study
from studies.models import Dialogue
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.complaints import Complaints
from tests.collection.factories import enrol_participant, make_natural_dialogue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHATBOTS = Path(__file__).parents[1] / "data" / "chat_models.toml"


def test_conditions_are_added_corrected_and_followed(
    staff_page: Page, settings: Settings, complaints: Complaints
) -> None:
    settings.MODELS_FILE = CHATBOTS
    complaints.expect("status of 422 .*/studies/demo/edit/chatbots/$")
    study = load_demo_study("quick")
    study.recruitment.is_open = True
    study.recruitment.save()
    staff_page.goto("/studies/demo/edit/chatbots/")
    for name in ("brief", "usual"):
        staff_page.get_by_role("button", name="Add condition").click()
        staff_page.get_by_role("group", name="New condition").last.get_by_label("Name").fill(name)
    staff_page.get_by_role("button", name="Save changes").click()
    staff_page.get_by_role(
        "link", name="The conditions “brief” and “usual” are identical. Change or remove one."
    ).click()
    brief = staff_page.get_by_role("group", name="brief")
    brief.locator("summary").click()
    brief.get_by_label("Instruction").fill("Write **short** messages.")
    brief.get_by_label("Temperature").fill("0.2")
    staff_page.get_by_role("button", name="Save changes").click()
    expect(staff_page.get_by_role("status").first).to_have_text("The study has been saved.")
    expect(brief.locator("summary")).to_contain_text("own instruction, temperature")
    assert [(one.name, one.sampling) for one in study.conditions.all()] == [
        ("brief", {"temperature": 0.2}),
        ("usual", {}),
    ]
    check_page_in_both_sizes(staff_page, "the study form with conditions")
    staff_page.goto("/studies/demo/collecting/")
    study.recruitment.refresh_from_db()
    study.recruitment.is_open = True
    study.recruitment.save()
    for _ in range(4):
        participant = enrol_participant(study)
        dialogue = make_natural_dialogue(participant, ending="next_goal")
        Dialogue.objects.filter(pk=dialogue.pk).update(condition=study.conditions.get(name=participant.conditions[0]))
    conditions = staff_page.get_by_role("region", name="Conditions").last
    expect(conditions.get_by_role("row", name="brief")).to_contain_text("2")
    check_page_in_both_sizes(staff_page, "data collection with conditions")
    staff_page.goto("/studies/demo/edit/")
    expect(staff_page.get_by_role("heading", name="Conditions")).to_be_visible()
    check_page_in_both_sizes(staff_page, "the frozen study with conditions")
