"""What differs between a list of goals and a list of personas."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from studies.lists import goals, personas
from studies.models import Goal, Persona, Study
from studies.presentation import persona_sentence


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list. ``read`` returns unsaved entries of a text, ``store`` stores them; both get ``replace``, whether they
    replace the study's own. ``page`` names the address that shows the study's own, ``head`` and ``cells`` show an entry in a
    table."""

    name: str
    noun: str
    page: str
    formats: str
    example: str
    head: Sequence[str]
    cells: Callable[[Any], Sequence[object]]
    present: Callable[[Study], Iterable[Any]]
    read: Callable[[Study, str, bool], list[Any]]
    store: Callable[..., None]
    as_csv: Callable[[Iterable[Any], Study], Iterator[str]]
    as_jsonl: Callable[[Iterable[Any], Study], Iterator[str]]


def _present_goals(study: Study) -> Iterable[Goal]:
    return study.goals.order_by("number")


def _read_goals(study: Study, text: str, replace: bool) -> list[Goal]:
    return goals.read_goals(text, [] if replace else _present_goals(study))


def _read_personas(study: Study, text: str, replace: bool) -> list[Persona]:
    kept = study.personas.exclude(source=Persona.Source.LISTED) if replace else study.personas.all()
    return personas.read_personas(study, text, kept.values_list("code", flat=True))


GOALS = ListKind(
    name="goals",
    noun="goal",
    page="edit-goals",
    formats="Plain text with a goal on each line, or a blank line between goals of several lines; CSV with the column text; or "
    "JSON Lines with the same name. The columns number and domain are optional. A goal without a domain gets the domain "
    f"{goals.DOMAIN}.",
    example="You want to bake bread for the first time. You want a simple recipe.\n\n"
    "You want to know which city hosted the first modern Olympic Games.",
    head=("Number", "Domain", "Goal"),
    cells=lambda goal: (goal.number, goal.domain, goal.text),
    present=_present_goals,
    read=_read_goals,
    store=goals.store_goals,
    as_csv=goals.goals_as_csv,
    as_jsonl=goals.goals_as_jsonl,
)
PERSONAS = ListKind(
    name="personas",
    noun="persona",
    page="personas",
    formats="CSV with the column code and a column for each question of the persona form, named by its key or its words; or "
    "JSON Lines with the same names. A persona without a code gets one.",
    example="code,age,gender\nA01,25 to 34,Female",
    head=("Code", "Persona sentence"),
    cells=lambda persona: (persona.code, persona_sentence(persona)),
    present=personas.listed,
    read=_read_personas,
    store=personas.store_personas,
    as_csv=personas.personas_as_csv,
    as_jsonl=personas.personas_as_jsonl,
)
KINDS = {kind.name: kind for kind in (GOALS, PERSONAS)}
