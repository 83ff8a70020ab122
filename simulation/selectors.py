"""Queries about runs for pages, workers and commands."""

from collections.abc import Sequence

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
        raise RequestError(f"Study {study.slug!r} has no goal {missing[0]}. Choose from: {known or 'none'}.", "goals")
    if not goals:
        raise RequestError(f"Study {study.slug!r} has no goals. Add at least one first.", "goals")
    return goals


def requested_personas(study: Study, request: RunRequest) -> list[Persona]:
    """Return the requested personas, by code. Raises RequestError if there are none, or fewer than requested."""
    personas = study.personas.order_by("code")
    match request.personas:
        case "all":
            chosen = list(people(study))
        case "listed":
            chosen = list(personas.filter(source=Persona.Source.LISTED))
        case "participants":
            chosen = list(personas.filter(source=Persona.Source.PARTICIPANT))
        case "characters":
            chosen = list(personas.filter(source=Persona.Source.CHARACTER))
        case str(count):
            chosen = _first_personas(study, int(count))
        case codes:
            chosen = _personas_with(study, codes)
    if not chosen:
        raise RequestError(
            f"Study {study.slug!r} has no personas of that kind. Choose all, or add some first.", "personas"
        )
    return chosen


def people(study: Study) -> QuerySet[Persona]:
    """Return the study's personas that are people, by code. A run plays characters only if it asks for them."""
    return study.personas.exclude(source=Persona.Source.CHARACTER).order_by("code")


def _first_personas(study: Study, count: int) -> list[Persona]:
    chosen = list(people(study)[:count])
    if 0 < len(chosen) < count:
        there = "1 persona" if len(chosen) == 1 else f"{len(chosen)} personas"
        raise RequestError(f"Study {study.slug!r} has {there}. Choose at most {len(chosen)}.", "personas")
    return chosen


def _personas_with(study: Study, codes: Sequence[str]) -> list[Persona]:
    found = {persona.code: persona for persona in study.personas.order_by("code") if persona.code in set(codes)}
    missing = next((code for code in codes if code not in found), None)
    if missing is not None:
        raise RequestError(f"Study {study.slug!r} has no persona {missing!r}. Its page lists the codes.", "personas")
    return list(found.values())


def requested_cells(run: Run, request: RunRequest) -> QuerySet[Simulation]:
    """Return the cells of ``run`` that ``request`` names."""
    return run.simulations.filter(
        goal__in=requested_goals(run.study, request),
        persona__in=requested_personas(run.study, request),
        seed__in=request.seeds,
    )
