"""Queries about runs for pages, workers and commands."""

from django.db.models import QuerySet

from simulation.models import Run, Simulation
from simulation.requests import RequestError, RunRequest
from studies.models import Goal, Persona, Study


def requested_goals(study: Study, request: RunRequest) -> list[Goal]:
    """Return the requested goals, by number. Raises RequestError if the study lacks one."""
    goals = list(study.goals.all() if request.goals is None else study.goals.filter(number__in=request.goals))
    missing = sorted(set(request.goals or ()) - {goal.number for goal in goals})
    if missing:
        known = ", ".join(str(number) for number in study.goals.values_list("number", flat=True))
        raise RequestError(f"Study {study.slug!r} has no goal {missing[0]}. Choose from: {known or 'none'}.")
    if not goals:
        raise RequestError(f"Study {study.slug!r} has no goals. Add at least one first.")
    return goals


def requested_personas(study: Study, request: RunRequest) -> list[Persona]:
    """Return the requested personas, by code. Raises RequestError if there are none, or fewer than requested."""
    personas = study.personas.order_by("code")
    match request.personas:
        case "all":
            chosen = list(personas)
        case "listed":
            chosen = list(personas.filter(source=Persona.Source.LISTED))
        case "participants":
            chosen = list(personas.filter(source=Persona.Source.PARTICIPANT))
        case count:
            chosen = list(personas[: int(count)])
            if 0 < len(chosen) < int(count):
                there = "1 persona" if len(chosen) == 1 else f"{len(chosen)} personas"
                raise RequestError(f"Study {study.slug!r} has {there}. Choose at most {len(chosen)}.")
    if not chosen:
        raise RequestError(f"Study {study.slug!r} has no personas of that kind. Choose all, or add some first.")
    return chosen


def requested_cells(run: Run, request: RunRequest) -> QuerySet[Simulation]:
    """Return the cells of ``run`` that ``request`` names."""
    return run.simulations.filter(
        goal__in=requested_goals(run.study, request),
        persona__in=requested_personas(run.study, request),
        seed__in=request.seeds,
    )
