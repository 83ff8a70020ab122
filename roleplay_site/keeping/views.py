"""The page on which a study's results are published, and on which it is archived, restored and deleted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from roleplay_site.keeping.activity import what_goes_on
from roleplay_site.keeping.archiving import Refused, archive_study, restore_study
from roleplay_site.keeping.deletion import delete_study, what_is_deleted
from roleplay_site.visitors.publication import NotPublished, find_results, hide_results, publish_results
from studies.access import DELETE, account, staff_only
from studies.models import Study


@staff_only
def keeping(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what can become of a study. Posting an action publishes its results, or archives, restores or deletes it."""
    study = get_object_or_404(Study, slug=slug)
    if request.method != "POST":
        return _shown(request, study)
    try:
        return _act(request, study)
    except Refused as refused:
        return _shown(request, study, refused)
    except NotPublished as reason:
        return _shown(request, study, Refused(str(reason)))


def _act(request: HttpRequest, study: Study) -> HttpResponse:
    action = request.POST.get("action")
    if action == "delete":
        return _delete(request, study)
    if action == "archive":
        archive_study(study)
        messages.success(request, f"“{study.title}” has been archived.")
    elif action == "restore":
        restore_study(study)
        messages.success(request, f"“{study.title}” has been restored. It is closed until you open it.")
    elif action == "publish":
        publish_results(study)
        messages.success(request, "The results have been published.")
    elif action == "hide":
        hide_results(study)
        messages.success(request, "Visitors no longer see the results.")
    return redirect("keeping", study.slug)


def _delete(request: HttpRequest, study: Study) -> HttpResponse:
    if not account(request).has_perm(DELETE):
        name = account(request).get_username()
        raise PermissionDenied(f"Your account '{name}' may change studies but not delete them.")
    delete_study(study, request.POST.get("title", ""))
    messages.success(request, f"“{study.title}” has been deleted.")
    return redirect("studies")


def _shown(request: HttpRequest, study: Study, refused: Refused | None = None) -> HttpResponse:
    context = {
        "study": study,
        "refused": refused,
        "activity": what_goes_on(study),
        "is_seen": find_results(study.slug) is not None,
        "parts": [part for part in what_is_deleted(study).items() if part[1]],
        "may_delete": account(request).has_perm(DELETE),
        "typed": request.POST.get("title", ""),
    }
    return render(request, "keeping/keeping.html", context, status=409 if refused else 200)
