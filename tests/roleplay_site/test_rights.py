"""Researchers' pages are for staff with Django's permissions to view and to change studies."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from studies.access import is_researcher
from tests.factories import make_staff, make_study
from tests.roleplay_site.url_table import address, is_for_administrators, researchers_routes

pytestmark = pytest.mark.django_db


def client_with(*rights: str, is_staff: bool = True) -> Client:
    """Return a client of an account with these permissions."""
    user = User.objects.create_user("grace", is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def statuses(client: Client, method: str, **values: str) -> dict[str, int]:
    """Return how each of the researchers' addresses answers; a test for each would mostly log in."""
    return {route: client.generic(method, address(route, **values)).status_code for route in researchers_routes()}


def others(found: dict[str, int], *expected: int) -> dict[str, int]:
    """Return the routes that answered with another status."""
    return {route: status for route, status in found.items() if status not in expected}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_visitors_reach_no_page_of_researchers(method: str) -> None:
    client = Client()
    answers = {route: client.generic(method, address(route)) for route in researchers_routes()}
    found = {route: (one.status_code, one.headers.get("Location", "").split("?")[0]) for route, one in answers.items()}
    assert {route: answer for route, answer in found.items() if answer != (302, "/login/")} == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_staff_without_a_right_reach_no_page_of_researchers(method: str) -> None:
    assert others(statuses(client_with(), method), 403) == {}


def test_rights_without_the_staff_status_open_nothing() -> None:
    client = client_with("view_study", "change_study", is_staff=False)
    assert others(statuses(client, "GET"), 403) == {}


def test_who_may_only_read_changes_nothing() -> None:
    client = client_with("view_study")
    assert others(statuses(client, "POST", slug="demo"), 403) == {}
    found = statuses(client, "GET", slug="demo")
    closed = {route: status for route, status in found.items() if is_for_administrators(route)}
    assert closed
    assert others(closed, 403) == {}
    opened = {route: status for route, status in found.items() if route not in closed}
    assert others(opened, 200, 302, 404, 405) == {}


def test_what_the_groups_of_an_account_may_do_counts_like_its_own_rights() -> None:
    client, readers = client_with(), Group.objects.create(name="readers")
    User.objects.get().groups.add(readers)
    answers = []
    for right in ("view_study", "change_study"):
        readers.permissions.add(Permission.objects.get(codename=right))
        answers.append((client.get("/").status_code, client.post("/new-study/").status_code))
    assert answers == [(200, 403), (200, 422)]


def test_an_inactive_account_may_read_nothing_whatever_its_rights() -> None:
    client_with("view_study")
    assert is_researcher(User.objects.get())
    User.objects.update(is_active=False)
    assert not is_researcher(User.objects.get())


def test_the_page_names_the_missing_permission_and_whom_to_ask_and_offers_to_log_out() -> None:
    make_study()
    page = client_with("view_study").post("/studies/demo/copy/").text
    assert "Your account &#x27;grace&#x27; may view studies but not change them." in page
    assert "Ask this site’s administrator" in page
    assert "Back to studies" not in page
    assert 'action="/logout/"' in page


def test_the_list_of_accounts_says_what_each_may_do(admin_client: Client) -> None:
    make_staff("ada")
    client_with("view_study")
    User.objects.create_user("guest", is_staff=True)
    page = admin_client.get("/admin/auth/user/").text
    for name, right in (("ada", "view and change"), ("grace", "view only"), ("guest", "no access")):
        row = page.split(f">{name}</a>")[1].split("</tr>")[0]
        assert f'<td class="field-studies">{right}</td>' in row
