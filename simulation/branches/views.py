"""Views of branches."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from simulation.branches.forking import GONE, fork
from simulation.branches.forms import BranchForm
from simulation.branches.origins import count_turns, read_origin
from simulation.branches.pages import read_branches
from simulation.branches.queue import BRANCHES
from simulation.branches.requests import BranchRequest
from simulation.requests import RequestError
from studies.access import account, staff_only
from studies.live import send_updates
from studies.models import Dialogue


@staff_only
def branches(request: HttpRequest, token: str, turn: int) -> HttpResponse:
    """Show a dialogue's branches at a turn and the form for another one. Posting the form starts it."""
    if request.method == "POST" and not Dialogue.objects.filter(token=token).exists():
        messages.error(request, GONE.format(token=token))
        return redirect("studies")
    parent = _parent(token, turn)
    if "action" in request.POST:
        return _act(request, parent, turn)
    form = BranchForm(parent, turn, read_origin(parent), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _begin(request, form, parent):
        return redirect("branches", token, turn)
    context = {"page": read_branches(parent, turn), "form": form}
    return render(request, "branches/branches.html", context, status=422 if form.is_bound else 200)


@staff_only
def branches_live(request: HttpRequest, token: str, turn: int) -> HttpResponse:
    """Return the branches if they have changed since the page last asked."""
    page = read_branches(_parent(token, turn), turn)
    return send_updates(request, page.live, {"page": page})


def _parent(token: str, turn: int) -> Dialogue:
    found = get_object_or_404(Dialogue.objects.select_related("study", "goal", "persona"), token=token)
    if not 1 <= turn <= count_turns(found) + 1:
        raise Http404
    return found


def _begin(request: HttpRequest, form: BranchForm, parent: Dialogue) -> bool:
    """Start the branch that the form asks for. Return whether it could be; otherwise the form says why not."""
    try:
        branch = fork(parent, form.to_request())
    except RequestError as error:
        form.add_error(error.about if error.about in form.fields else None, str(error))
        return False
    BRANCHES.queue(branch, account(request))
    return True


def _act(request: HttpRequest, parent: Dialogue, turn: int) -> HttpResponse:
    """Start a branch with one click, or pause, cancel or resume one."""
    action, _, token = request.POST["action"].partition(" ")
    try:
        match action:
            case "repeat" | "control":
                asked = BranchRequest(turn, is_control=action == "control", key=request.POST.get("key", ""))
                BRANCHES.queue(fork(parent, asked), account(request))
            case "pause":
                BRANCHES.pause(get_object_or_404(parent.branches, token=token))
            case "cancel":
                BRANCHES.cancel(get_object_or_404(parent.branches, token=token))
            case "resume":
                BRANCHES.queue(get_object_or_404(parent.branches, token=token), account(request))
    except RequestError as error:
        messages.error(request, str(error))
    return redirect("branches", parent.token, turn)
