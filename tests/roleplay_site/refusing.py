"""The site's URLs and two more: one that refuses everyone, and one that is broken."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from roleplay_site.urls import urlpatterns as _pages


def _refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def _break(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(1 / 0))


urlpatterns = [path("refused/", _refuse), path("broken/", _break), *_pages]
