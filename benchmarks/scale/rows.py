"""The benchmark's rows in the site's database. Needs Django set up."""

from collections.abc import Callable
from time import monotonic, sleep

from django.contrib.auth.models import Permission, User
from django.db.models import F, OuterRef, Subquery
from django.test import Client
from django.utils import timezone

from dialogue import goals, personas
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from simulation.services import request_run
from studies.models import Dialogue, Goal, Persona, Study, Turn
from studies.services import paper_questionnaire

GOALS = 10
_PIECE = 2000
_ENDINGS = ("goal_reached", "goal_reached", "goal_reached", "max_turns", "incoherent_inquirer")
_PATIENCE = 180
"""Seconds in which a dialogue must end."""


class Failed(Exception):
    """A run has stopped or does not get on."""


def make_study(name: str, cells: int) -> Study:
    """Create a study of the paper's ten goals, with a persona for each hundred cells, or fewer."""
    study = Study.objects.create(slug=name, title=name, chatbot="fast-responder", questionnaire=paper_questionnaire())
    listed = personas.load_listed()
    Goal.objects.bulk_create(
        Goal(study=study, number=goal.number, domain=goal.domain, text=goal.text) for goal in goals.load_listed()
    )
    Persona.objects.bulk_create(
        Persona(study=study, code=f"P{number:04}", features=dict(listed[number % len(listed)].features))
        for number in range(max(1, min(100, cells // 100)))
    )
    return study


def make_run(study: Study, model: str, cells: int) -> Run:
    """Request a run of about that many cells: all personas and goals, and as many seeds as it takes."""
    seeds = max(1, cells // (GOALS * study.personas.count()))
    return request_run(study, RunRequest(f"{model}-inquirer", f"{model}-responder", seeds=tuple(range(seeds))))


def end_cells(run: Run) -> None:
    """Give each open cell an ended dialogue without turns, as workers would in many hours."""
    while cells := list(run.simulations.filter(finished_at=None).order_by("pk")[:_PIECE]):
        _end(run, cells)
    of_dialogue = Dialogue.objects.filter(pk=OuterRef("dialogue")).values("ending")
    run.simulations.update(ending=Subquery(of_dialogue))
    CELLS.finish_if_complete(run)


def _end(run: Run, cells: list[Simulation]) -> None:
    now = timezone.now()
    dialogues = Dialogue.objects.bulk_create(_dialogue(run, cell) for cell in cells)
    for cell, dialogue in zip(cells, dialogues, strict=True):
        cell.dialogue, cell.finished_at = dialogue, now
    distances = {dialogue.pk - cell.pk for cell, dialogue in zip(cells, dialogues, strict=True)}
    if len(distances) == 1:  # one cheap statement
        ids = [cell.pk for cell in cells]
        run.simulations.filter(pk__in=ids).update(dialogue=F("pk") + distances.pop(), finished_at=now)
    else:
        Simulation.objects.bulk_update(cells, ["dialogue", "finished_at"], batch_size=200)


def _dialogue(run: Run, cell: Simulation) -> Dialogue:
    return Dialogue(
        study_id=run.study_id,
        goal_id=cell.goal_id,
        persona_id=cell.persona_id,
        kind=Dialogue.Kind.SIMULATED,
        inquirer=run.configuration["inquirer"],
        responder=run.configuration["responder"],
        seed=cell.seed,
        ending=_ENDINGS[cell.pk % len(_ENDINGS)],
        ended_at=timezone.now(),
    )


def researcher_cookie() -> str:
    """Return the cookie header of a researcher who has logged in."""
    user = User.objects.create_user("researcher", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_study", "change_study"]))
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}"


def held(run: Run) -> int:
    """Return the number of cells that workers hold."""
    return CELLS.held(run).count()


def turns(run: Run) -> int:
    """Return the number of stored turns."""
    return Turn.objects.filter(dialogue__simulation__run=run).count()


def wait_until(is_done: Callable[[], bool], run: Run) -> None:
    """Wait until workers have got that far. Raises Failed if the run stops with an error or no dialogue ends for minutes."""
    ended, deadline = run.worked_dialogues, monotonic() + _PATIENCE
    while not is_done():
        sleep(0.1)
        run.refresh_from_db()
        if run.worked_dialogues > ended:
            ended, deadline = run.worked_dialogues, monotonic() + _PATIENCE
        if run.has_failed or monotonic() > deadline:
            raise Failed(run.message or f"The workers have ended {ended} dialogues and make no progress.")
