"""Views of the page of models."""

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from roleplay_site.overview.model_list import read_examined, read_models_page
from studies.access import account, staff_only
from studies.language_models.catalogue import read_catalogue
from studies.language_models.connection import try_connection_here
from studies.language_models.doctor import refuse_unfit
from studies.language_models.examinations import cancel_examination, request_examination
from studies.language_models.keys import without_keys


@staff_only
def models(request: HttpRequest) -> HttpResponse:
    """List the models of models.toml. Posting a model's name examines it, or cancels its examination."""
    if request.method == "POST":
        spec = _find(request.POST.get("model", ""))
        if request.POST.get("action") == "cancel":
            cancel_examination(spec.name)
        else:
            _examine(request, spec)
        return redirect("models")
    return render(request, "overview/models.html", {"page": read_models_page()})


@staff_only
def health(request: HttpRequest) -> HttpResponse:
    """Return whether a model can run here, and its sampling. The page asks for this afterwards: a server may take seconds."""
    spec = _find(request.GET.get("model", ""))
    found = registry.examine(spec)
    sampling = registry.describe_sampling(spec) if found.is_ok else []
    context = {"health": found, "sentence": without_keys(found.sentence), "sampling": sampling}
    return render(request, "overview/_health.html", context)


@staff_only
def examination(request: HttpRequest) -> HttpResponse:
    """Return the state and the report of a model's examination."""
    name = _find(request.GET.get("model", "")).name
    return render(request, "overview/_examination.html", {"examined": read_examined(name)})


@staff_only
@require_POST
def connection(request: HttpRequest) -> HttpResponse:
    """Ask a model one short question, and return what it answered within how many seconds, or why it did not."""
    spec = _find(request.POST.get("model", ""))
    if spec.guard:
        raise Http404
    tested = async_to_sync(try_connection_here)(spec)
    return render(request, "overview/_connection.html", {"tested": tested})


def _examine(request: HttpRequest, spec: ModelSpec) -> None:
    try:
        refuse_unfit(spec)
        request_examination(spec.name, account(request))
    except ModelMisconfigured as error:
        messages.error(request, f"{spec.name} was not examined. {without_keys(str(error))}")


def _find(name: str) -> ModelSpec:
    """Return a model that models.toml describes correctly."""
    found = read_catalogue().models.get(name)
    if found is None:
        raise Http404
    return found
