"""A researcher archives, restores and deletes a study in a browser."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Page, expect

from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints
from tests.roleplay_site.keeping.whole_study import make_whole_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_study_that_is_over_to_none(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("409")
    title = make_whole_study("demo").title
    User.objects.get().user_permissions.add(Permission.objects.get(codename="delete_study"))
    staff_page.goto("/studies/demo/set-up/")
    staff_page.get_by_role("link", name="Publish, archive or delete").click()
    arrive(staff_page, re.compile("Publish, archive or delete"))
    check_page_in_both_sizes(staff_page, "a study that can be archived")
    staff_page.get_by_role("button", name="Archive study").click()
    expect(staff_page.get_by_text("has been archived.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "an archived study")
    staff_page.goto("/")
    expect(staff_page.get_by_text("All studies are archived.")).to_be_visible()
    staff_page.get_by_role("link", name="Archived studies (1)").click()
    check_page_in_both_sizes(staff_page, "archived studies")
    staff_page.get_by_role("link", name=title).first.click()
    staff_page.get_by_role("link", name="Restore it").click()
    staff_page.get_by_label("Title of the study").fill("Demo")
    staff_page.get_by_role("button", name="Delete study").click()
    expect(staff_page.get_by_role("alert")).to_contain_text("Type it exactly.")
    staff_page.get_by_label("Title of the study").fill(title)
    staff_page.get_by_role("button", name="Delete study").click()
    expect(staff_page.get_by_text("has been deleted.")).to_be_visible()
