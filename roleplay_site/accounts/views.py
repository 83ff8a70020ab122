"""The pages of accounts, which only administrators see, and the page on which the owner of an account chooses a password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from roleplay_site.accounts.changes import AccountRefused, add_account, change_rights, set_active
from roleplay_site.accounts.forms import NewAccountForm, RightsForm
from roleplay_site.accounts.rights import RIGHTS, rights_of
from studies.access import administrators_only
from studies.audit import Verb, record


@administrators_only
def accounts(request: HttpRequest) -> HttpResponse:
    """List all accounts. Posting the form adds one and shows the link with which its owner chooses a password."""
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _with_link(request, add_account(form.cleaned_data["name"], form.cleaned_data["rights"]))
    users = User.objects.order_by("-is_active", "username")
    lines = [(user, [RIGHTS[right].partition(":")[0] for right in rights_of(user)]) for user in users]
    context = {"lines": lines, "form": form}
    return render(request, "accounts/list.html", context, status=422 if form.is_bound else 200)


@administrators_only
def one_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account. Posting an action changes it."""
    user = get_object_or_404(User, pk=pk)
    action = request.POST.get("action") if request.method == "POST" else ""
    if action == "link" and user.is_active:
        return _with_link(request, user)
    try:
        if said := _act(request, user, str(action)):
            messages.success(request, said)
            return redirect("one-account", pk)
    except AccountRefused as reason:
        messages.error(request, str(reason))
        return redirect("one-account", pk)
    return _shown(request, user)


class ChoosePassword(PasswordResetConfirmView):
    """The page behind a link: Django checks its token, and keeps it out of the address while the page is shown.

    A link works once, for three days, and not for an account that an administrator has deactivated.
    """

    template_name = "accounts/password.html"
    success_url = reverse_lazy("login")

    def get_user(self, uidb64: str) -> User | None:
        """Return the account of the link, if it may log in."""
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the password, and lead to the page that asks for it."""
        messages.success(self.request, "Your password has been saved. Log in with it.")
        return super().form_valid(form)


def _act(request: HttpRequest, user: User, action: str) -> str:
    """Do it, and return what was done in a sentence; empty for nothing. Raises AccountRefused."""
    if action == "rights":
        form = RightsForm(request.POST)
        if not form.is_valid():
            return ""
        change_rights(user, form.cleaned_data["rights"])
        return f"The rights of {user.username} have been changed."
    if action in ("activate", "deactivate"):
        set_active(user, is_active=action == "activate")
        return f"{user.username} has been {action}d."
    return ""


def _with_link(request: HttpRequest, user: User) -> HttpResponse:
    record(None, Verb.CREATED, f"a password link for {user.username}", about=user.username)
    place = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return _shown(request, user, request.build_absolute_uri(reverse("choose-password", args=place)))


def _shown(request: HttpRequest, user: User, link: str = "") -> HttpResponse:
    form = RightsForm(initial={"rights": rights_of(user)})
    return render(request, "accounts/account.html", {"account": user, "form": form, "link": link})
