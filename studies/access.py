"""Access to researchers' pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from studies.audit import acting_as
from studies.models import Archived

P = ParamSpec("P")


READ, CHANGE, DELETE = "studies.view_study", "studies.change_study", "studies.delete_study"
"""Django's permissions for researchers' pages: to read and to change them, and to delete studies."""
_SAFE = ("GET", "HEAD", "OPTIONS")


def staff_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Open the view to staff who may view studies, and its forms to those who may change them.

    Visitors who are not logged in go to the login page and back; others see which permission is missing and whom to ask.
    What cannot begin in an archived study leads back to the page that asked for it, with the reason.
    A request for a fragment redirects the whole page, because the login form must not appear in the middle of another page.
    Browsers must keep no copy, which would outlast the login and a participant's withdrawal.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        if refusal := _refusal(request.user, request.method in _SAFE):
            raise PermissionDenied(refusal)
        try:
            with acting_as(request.user.get_username()):
                return view(request, *args, **kwargs)
        except Archived as reason:
            messages.error(request, str(reason))
            return _sent_back(request)

    return guarded


def administrators_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Open the view to administrators among the staff, who are Django's superusers."""

    @staff_only
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not account(request).is_superuser:
            raise PermissionDenied(f"Your account '{account(request).get_username()}' is not an administrator's.")
        return view(request, *args, **kwargs)

    return guarded


def account(request: HttpRequest) -> User:
    """Return the account of a request to a view that is ``staff_only``."""
    return cast(User, request.user)


def is_researcher(user: User | AnonymousUser, right: str = READ) -> bool:
    """Return whether the account may use researchers' pages: staff with that permission.

    Every page asks, so the permissions of the account's groups are read only if its own do not include this one. No
    authentication backend of this site vetoes permissions; one that does needs ``has_perm`` alone.
    """
    if not user.is_staff:
        return False
    return (not user.is_superuser and right in user.get_user_permissions()) or user.has_perm(right)


def _refusal(user: User | AnonymousUser, is_reading: bool) -> str:
    """Return why the account has no access, in a sentence; empty if it has."""
    if not user.is_staff:
        return "These pages are for the research staff."
    if not is_researcher(user, READ):
        return f"Your account '{user.get_username()}' is not allowed to view studies."
    if not is_reading and not is_researcher(user, CHANGE):
        return f"Your account '{user.get_username()}' may view studies but not change them."
    return ""


def _to_login(request: HttpRequest) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return redirect_to_login(request.get_full_path() if request.method in _SAFE else _left(request))
    return HttpResponseClientRedirect(redirect_to_login(_shown(request), settings.LOGIN_URL)["Location"])


def _sent_back(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(_shown(request))
    return redirect(_left(request))


def _left(request: HttpRequest) -> str:
    """Return the page whose form was sent, because its target may accept no GET; the home page if it is not of this site.

    An address that begins with two slashes would lead to another site.
    """
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, request.get_host(), require_https=request.is_secure()):
        return "/"
    parts = urlsplit(page)
    return parts._replace(scheme="", netloc="", path=f"/{parts.path.lstrip('/')}").geturl()


def _shown(request: HttpRequest) -> str:
    """Return the page that shows the fragment; the home page if the browser sends no valid address."""
    try:
        return request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
    except ValueError:
        return "/"
