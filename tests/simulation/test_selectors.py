"""The goals, personas and cells that a request selects."""

import pytest

from simulation.requests import RequestError, RunRequest
from simulation.selectors import requested_cells, requested_goals, requested_personas
from studies.models import Persona, Study
from tests.factories import make_study
from tests.simulation.scripts import request_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


def test_a_study_without_goals_cannot_be_simulated() -> None:
    with pytest.raises(RequestError, match=r"has no goals\. Add at least one first"):
        requested_goals(make_study(goal_count=0), RunRequest("asker", "answerer"))


def test_personas_are_chosen_by_where_they_come_from(study: Study) -> None:
    taken = Persona.objects.create(study=study, code="X1", source=Persona.Source.PARTICIPANT, features={})

    def chosen(personas: str) -> list[str]:
        return [persona.code for persona in requested_personas(study, RunRequest("a", "b", personas=personas))]

    assert chosen("all") == ["P01", "P02", taken.code]
    assert chosen("listed") == ["P01", "P02"]
    assert chosen("participants") == [taken.code]
    assert chosen("1") == ["P01"]


def test_requested_cells_are_those_of_the_request_alone(study: Study) -> None:
    run = request_run(study, seeds=(73, 321))
    cells = requested_cells(run, RunRequest("asker", "answerer", goals=(2,), personas="1", seeds=(321,)))
    assert list(cells.values_list("persona__code", "goal__number", "seed")) == [("P01", 2, 321)]
