"""Administrators add users with a link for the password, and give and take their rights."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from studies.models import AuditLine
from tests.collection.research.forms import read_form
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
NEW = "one-time secret of ada"


def post(client: Client, address: str, **fields: object) -> str:
    return client.post(address, fields, follow=True).text


def link_in(page: str) -> str:
    found = re.search(r'value="http://testserver(/login/new/[^"]+)"', page)
    assert found, page
    return found[1]


def choose_password(link: str, password: str) -> str:
    """Open the link as its receiver does, and choose the password."""
    visitor = Client()
    form = visitor.get(link, follow=True)
    return post(visitor, form.redirect_chain[-1][0], new_password1=password, new_password2=password)


def test_a_new_user_chooses_a_password_with_the_link_which_works_once(admin_client: Client) -> None:
    page = post(admin_client, "/users/", name="ada", rights=["studies.change_study"])
    ada = User.objects.get(username="ada")
    assert ada.has_perm("studies.view_study"), "who may change may read"
    assert not ada.has_usable_password()
    assert "This password is too short" in choose_password(link_in(page), "short")
    assert "Your password has been saved. Log in with it." in choose_password(link_in(page), NEW)
    assert Client().post("/login/", {"username": "ada", "password": NEW}).status_code == 302
    assert "has been used or has expired" in Client().get(link_in(page), follow=True).text
    later = link_in(post(admin_client, f"/users/{ada.pk}/", action="link"))
    post(admin_client, f"/users/{ada.pk}/", action="deactivate")
    assert "has been used or has expired" in Client().get(later, follow=True).text
    assert [line.words.split(":")[0] for line in AuditLine.objects.order_by("pk")] == [
        "the user ada",
        "a password link for ada",
        "a password link for ada",
        "the user ada so that nobody can log in with it",
    ]


def test_rights_are_given_and_taken_and_other_permissions_stay(admin_client: Client) -> None:
    grace = make_staff("grace")
    grace.user_permissions.add(Permission.objects.get(codename="view_user"))
    post(admin_client, f"/users/{grace.pk}/", action="rights", rights=["studies.delete_study"])
    fresh = User.objects.get(pk=grace.pk)
    given = ["studies.view_study", "studies.change_study", "studies.delete_study", "auth.view_user"]
    assert [fresh.has_perm(right) for right in given] == [True, False, True, True]
    assert "read, delete" in admin_client.get("/users/").text
    post(admin_client, f"/users/{grace.pk}/", action="rights")
    assert not User.objects.get(pk=grace.pk).is_staff


def test_a_deactivated_user_is_logged_out_until_reactivated(admin_client: Client) -> None:
    grace, client = make_staff("grace"), Client()
    client.force_login(grace)
    post(admin_client, f"/users/{grace.pk}/", action="deactivate")
    assert client.get("/new-study/").status_code == 302
    post(admin_client, f"/users/{grace.pk}/", action="activate")
    client.force_login(grace)
    assert client.get("/new-study/").status_code == 200


@pytest.mark.parametrize("change", [{"action": "deactivate"}, {"action": "rights", "rights": ["studies.view_study"]}])
def test_the_last_administrator_stays_one(admin_client: Client, admin_user: User, change: dict[str, object]) -> None:
    User.objects.create_user("gone", is_superuser=True, is_active=False)
    assert "is the only administrator" in post(admin_client, f"/users/{admin_user.pk}/", **change)
    admin_user.refresh_from_db()
    assert admin_user.is_active
    assert admin_user.is_superuser
    User.objects.create_superuser("second")
    admin_client.post(f"/users/{admin_user.pk}/", change)
    admin_user.refresh_from_db()
    assert not (admin_user.is_active and admin_user.is_superuser)


def test_the_last_administrator_stays_one_in_the_admin_of_django_too(admin_client: Client, admin_user: User) -> None:
    account = f"/admin/auth/user/{admin_user.pk}/"
    form = read_form(admin_client.get(f"{account}change/").text)
    for without in ("is_superuser", "is_active"):
        less = {name: value for name, value in form.items() if name != without}
        assert "is the only administrator" in admin_client.post(f"{account}change/", less).text
    assert "is the only administrator" in admin_client.post(f"{account}delete/", {"post": "yes"}).text
    User.objects.create_superuser("second")
    assert admin_client.post(f"{account}delete/", {"post": "yes"}).status_code == 302
    assert User.objects.get().username == "second"


def test_a_name_that_is_taken_adds_nobody_and_only_administrators_get_there(admin_client: Client) -> None:
    make_staff("Grace")
    for written in ("grace", "\uff47race"):
        page = post(admin_client, "/users/", name=written)
        assert "There is already a user grace. Choose another name." in page
    client = Client()
    client.force_login(User.objects.get(username="Grace"))
    assert client.post("/users/", {"name": "eve", "rights": ["administrator"]}).status_code == 403
    assert not User.objects.filter(username="eve").exists()
