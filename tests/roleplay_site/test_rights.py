"""Researchers' pages are for staff with Django's permissions to view and to change studies."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

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


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", researchers_routes())
def test_staff_without_a_right_reach_no_page_of_researchers(route: str, method: str) -> None:
    assert client_with().generic(method, address(route)).status_code == 403


@pytest.mark.parametrize("route", researchers_routes())
def test_rights_without_the_staff_status_open_nothing(route: str) -> None:
    client = client_with("view_study", "change_study", is_staff=False)
    assert client.get(address(route)).status_code == 403


@pytest.mark.parametrize("route", researchers_routes())
def test_who_may_only_read_changes_nothing(route: str) -> None:
    client = client_with("view_study")
    assert client.post(address(route, slug="demo")).status_code == 403
    allowed = (403,) if is_for_administrators(route) else (200, 302, 404, 405)
    assert client.get(address(route, slug="demo")).status_code in allowed


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
