"""The kinds of people who enrol, for tests that run for each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from collection.models import Participant, Recruitment
from enrolment.models import Person
from evaluation.models import Evaluation, Evaluator
from studies.models import Study
from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.visits import EVALUATION, STUDY, agree
from tests.evaluation.factories import make_evaluation, make_evaluator

CODE = "C0FFEE"
WAY_BACK = "https://app.prolific.com/submit?cc=C0FFEE"


@dataclass(frozen=True)
class Kind:
    """The differences: where people enrol (``door``, and ``another`` of the same kind), their next step, and their rows.

    ``make`` opens a study or an evaluation with these fields, which gives CODE and WAY_BACK to people who finish.
    """

    name: str
    door: str
    another: str
    cookie: str
    first_step: str
    people: type[Person]
    make: Callable[..., Study | Evaluation]
    make_another: Callable[[], object]
    add: Callable[..., Any]
    close: Callable[[], object]

    def agree(self, client: Client, query: str = "") -> Any:
        return agree(client, query, self.door)

    def finish(self, person: Person) -> None:
        self.people._default_manager.filter(pk=person.pk).update(state=Person.FINISHED, ended_at=timezone.now())

    @property
    def rows(self) -> Any:
        return self.people._default_manager


def _make_study(**fields: Any) -> Study:
    study = make_open_study(**fields)
    study.outcomes.create(kind="completed", code=CODE, redirect_url=WAY_BACK)
    return study


def _make_evaluation(**fields: Any) -> Evaluation:
    return make_evaluation(completion_code=CODE, redirect_url=WAY_BACK, **fields)


def _add_participant(study: Study, external_id: str = "") -> Participant:
    return enrol_participant(study, external_id=external_id)


PARTICIPANTS = Kind(
    "participants",
    STUDY,
    "/s/other/",
    "participant",
    "form/",
    Participant,
    _make_study,
    lambda: make_open_study("other"),
    _add_participant,
    lambda: Recruitment.objects.update(is_open=False),
)
EVALUATORS = Kind(
    "evaluators",
    EVALUATION,
    "/s/demo/judge/2/",
    "evaluator",
    "start/",
    Evaluator,
    _make_evaluation,
    lambda: make_evaluation(Study.objects.get()),
    lambda evaluation, external_id="": make_evaluator(evaluation, external_id=external_id),
    lambda: Evaluation.objects.update(state=Evaluation.State.CLOSED),
)
