"""An administrator adds a user, publishes results, and archives and deletes a study, in a browser."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints
from tests.roleplay_site.keeping.whole_study import make_whole_study
from tests.roleplay_site.test_visitors import add_analysis

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin_page(staff_page: Page) -> Page:
    """Return the page of an administrator."""
    User.objects.update(is_superuser=True)
    return staff_page


def test_from_a_new_user_to_the_password(admin_page: Page) -> None:
    admin_page.goto("/")
    admin_page.get_by_role("link", name="Users").click()
    arrive(admin_page, "Users")
    admin_page.get_by_label("User name").fill("ada")
    admin_page.get_by_label("change: create studies").check()
    check_page_in_both_sizes(admin_page, "users")
    admin_page.get_by_role("button", name="Add user").click()
    link = admin_page.get_by_label("Link with which ada chooses a password").input_value()
    check_page_in_both_sizes(admin_page, "a user")
    admin_page.goto(link)
    check_page_in_both_sizes(admin_page, "a password")
    admin_page.goto("/history/")
    expect(admin_page.get_by_role("row", name="added the user ada")).to_be_visible()
    check_page_in_both_sizes(admin_page, "the history of the site")


def test_from_published_results_to_a_study_that_is_deleted(admin_page: Page, complaints: Complaints) -> None:
    complaints.expect("409")
    study = make_whole_study("demo")
    add_analysis(study)
    admin_page.goto("/studies/demo/set-up/")
    admin_page.get_by_role("link", name="Publish, archive or delete").click()
    arrive(admin_page, re.compile("Publication, archive and deletion"))
    admin_page.get_by_role("button", name="Publish results").click()
    admin_page.get_by_role("link", name="results of the latest analysis").click()
    expect(admin_page.get_by_text("Mixtral passed in 44 % of the pairs.")).to_be_visible()
    check_page_in_both_sizes(admin_page, "published results")
    admin_page.goto("/studies/demo/keeping/")
    check_page_in_both_sizes(admin_page, "a study that can be archived")
    admin_page.get_by_role("button", name="Archive study").click()
    expect(admin_page.get_by_text("has been archived.")).to_be_visible()
    check_page_in_both_sizes(admin_page, "an archived study")
    admin_page.goto("/")
    expect(admin_page.get_by_text("All studies are archived.")).to_be_visible()
    admin_page.get_by_role("link", name="Archived studies (1)").click()
    check_page_in_both_sizes(admin_page, "archived studies")
    admin_page.get_by_role("link", name=study.title).first.click()
    admin_page.get_by_role("link", name="Restore it").click()
    admin_page.get_by_label("Title of the study").fill("Demo")
    admin_page.get_by_role("button", name="Delete study").click()
    expect(admin_page.get_by_role("alert")).to_contain_text("Type it exactly.")
    admin_page.get_by_label("Title of the study").fill(study.title)
    admin_page.get_by_role("button", name="Delete study").click()
    expect(admin_page.get_by_text("has been deleted.")).to_be_visible()


def test_visitors_find_the_way_in(page: Page) -> None:
    page.goto("/")
    arrive(page, "LLM Roleplay")
    check_page_in_both_sizes(page, "the home page")
