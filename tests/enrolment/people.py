"""People without a login in tests, both participants and evaluators."""

from typing import Any

from django.test import Client

from collection.models import Participant
from collection.participation.enrolment import ChatEnrolment
from enrolment import landing, withdrawal
from enrolment.models import Person
from enrolment.protocol import Enrolment
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.models import Evaluation, Evaluator
from studies.models import Study


def enrolment_in(place: Study | Evaluation) -> Enrolment[Any]:
    return ChatEnrolment(place) if isinstance(place, Study) else JudgingEnrolment(place)


def enrolment_of(person: Person) -> Enrolment[Any]:
    """Return the study or evaluation in which the person has enrolled."""
    if isinstance(person, Participant):
        return ChatEnrolment(person.study)
    assert isinstance(person, Evaluator)
    return JudgingEnrolment(person.evaluation)


def enrol(place: Study | Evaluation, *values: Any, **named: Any) -> Any:
    """Return the person whom ``enrolment.landing.enrol`` creates or finds."""
    return landing.enrol(enrolment_in(place), *values, **named)


def withdraw(person: Person) -> None:
    withdrawal.withdraw(enrolment_of(person), person)


def own_data(person: Person) -> dict[str, Any]:
    return enrolment_of(person).personal_data(person)


def personal_token(person: Person) -> str:
    """Return the signed part of the person's personal link."""
    return enrolment_of(person).tokens.sign_link(person.token)


def personal_link(person: Person) -> str:
    return enrolment_of(person).address("personal-link", personal_token(person))


def cookie_of(person: Person) -> str:
    """Return the cookie header of the person's browser."""
    tokens = enrolment_of(person).tokens
    return f"{tokens.cookie}={tokens.sign_cookie(person.token)}"


def come_back(client: Client, person: Person) -> None:
    """Give the client the person's cookie."""
    name, _, value = cookie_of(person).partition("=")
    client.cookies[name] = value
