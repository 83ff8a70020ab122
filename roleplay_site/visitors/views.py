"""The home page, and the pages of published results, which need no account."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analysis.stored_results import stored_file
from roleplay_site.overview.views import studies
from roleplay_site.visitors.publication import PublishedResults, find_results, published_results


@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    """Show researchers their studies, and visitors what the site is for, what was published, and the login."""
    if request.user.is_authenticated:
        return studies(request)
    return render(request, "visitors/home.html", {"published": published_results()})


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the published results of a study."""
    return render(request, "visitors/results.html", {"results": _find(slug)})


@require_safe
def results_figure(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Return a figure of published results."""
    found = _find(slug)
    content = stored_file(found.report, f"{name}.svg") if name in found.figures else None
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/svg+xml")


def _find(slug: str) -> PublishedResults:
    found = find_results(slug)
    if found is None:
        raise Http404
    return found
