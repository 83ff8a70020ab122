"""Views of tunings."""

import csv

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from characters.models import Tuning
from characters.tuning.form import TuningForm
from characters.tuning.page import read_page
from characters.tuning.requests import change_tuning, queue_tuning
from studies.access import account, staff_only
from studies.audit import Verb, record


@staff_only
def tunings(request: HttpRequest) -> HttpResponse:
    """List all tunings."""
    return render(request, "tuning/list.html", {"tunings": Tuning.objects.select_related("adapter")})


@staff_only
def new_tuning(request: HttpRequest) -> HttpResponse:
    """Show the form for a tuning, or store and queue it."""
    is_sent = request.method == "POST"
    form = TuningForm(request.POST, request.FILES) if is_sent else TuningForm()
    if is_sent and (tuning := form.store()):
        queue_tuning(tuning, account(request))
        messages.success(request, f"{tuning.name} starts as soon as a worker is free.")
        return redirect("tuning", tuning.token)
    return render(request, "tuning/new.html", {"form": form}, status=422 if is_sent else 200)


@staff_only
def tuning(request: HttpRequest, token: str) -> HttpResponse:
    """Show a tuning. Posting pauses, resumes or cancels it."""
    found = get_object_or_404(Tuning, token=token)
    if request.method == "POST":
        if sentence := change_tuning(found, request.POST.get("action", "")):
            messages.success(request, sentence)
        return redirect("tuning", token)
    return render(request, "tuning/tuning.html", {"page": read_page(found)})


@staff_only
def tuning_progress(request: HttpRequest, token: str) -> HttpResponse:
    """Return the part of the page that changes, or nothing (204) if the page shows it already."""
    page = read_page(get_object_or_404(Tuning, token=token))
    if request.GET.get("seen") == page.seen:
        return HttpResponse(status=204)
    return render(request, "tuning/_progress.html", {"page": page})


@staff_only
def tuning_losses(request: HttpRequest, token: str) -> HttpResponse:
    """Download the losses as CSV."""
    found = get_object_or_404(Tuning, token=token)
    record(None, Verb.EXPORTED, f"the losses of {found}", about=str(found))
    headers = {"Content-Disposition": f'attachment; filename="losses-{found.token}.csv"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    columns = ("step", "epoch", "loss", "learning_rate", "seconds")
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows(found.losses.order_by("step").values_list(*columns))
    return response
