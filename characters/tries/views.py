"""Views of trials of the elicitations."""

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from characters.models import Character
from characters.tries.trial_form import TrialForm
from characters.tries.trials import Shown, Trial, ask_here, prepare, read_trial, retrieve
from dialogue.backends.base import ModelMisconfigured
from studies.access import staff_only


@staff_only
def elicitations(request: HttpRequest) -> HttpResponse:
    """Show the form of a trial, for the character in the address."""
    form = TrialForm(character=request.GET.get("character", ""))
    has_any = Character.objects.exists()
    return render(request, "tries/elicitations.html", {"form": form, "has_characters": has_any})


@staff_only
@require_POST
def try_elicitations(request: HttpRequest) -> HttpResponse:
    """Begin the trial in the form, or ask for the next answer of the trial in ``state``."""
    if state := request.POST.get("state"):
        trial = read_trial(state)
        return render(request, "tries/_answer.html", {"shown": _ask(trial) if trial else None})
    form = TrialForm(request.POST)
    trial = form.begin()
    asked = form.cleaned_data["character"] if trial else None
    found = retrieve(asked, trial.question) if trial and asked else []
    context = {"form": form, "trial": trial, "character": asked, "pairs": found}
    return render(request, "tries/_trial.html", context)


def _ask(trial: Trial) -> Shown:
    character = get_object_or_404(Character, token=trial.character)
    try:
        asked = prepare(trial, character)
    except ModelMisconfigured as error:
        return Shown(trial, sentence=str(error))
    return async_to_sync(ask_here)(trial, asked, character)
