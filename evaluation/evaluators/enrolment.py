"""How evaluators enrol in an evaluation, go through it and leave it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from collection.models import Participant
from collection.participation.enrolment import ChatEnrolment
from enrolment.agreements import Agreement, Facts, Terms
from enrolment.external_ids import people_called
from enrolment.invitations import Invitation
from enrolment.landing import new_person, read_cookie
from enrolment.protocol import FULL, Enrolment, Visitor
from enrolment.signed_tokens import SignedTokens
from evaluation.evaluators.assignments import count_pairs_ahead
from evaluation.evaluators.download import describe_judgements
from evaluation.evaluators.reservations import free_assignments_of, has_assignment_left
from evaluation.evaluators.texts import LAPSED, texts
from evaluation.hosts import host_of
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluation, EvaluationOutcome, Evaluator
from evaluation.planning.opening import lock_evaluation
from evaluation.signals import evaluator_leaving
from evaluation.texts import default_outcome
from studies.access import is_researcher

State, Kind = Evaluator.State, EvaluationOutcome.Kind


class JudgingEnrolment(Enrolment[Evaluator]):
    """Enrolment in ``evaluation``."""

    role = "evaluator"
    prefix = "judge-"
    keywords = ("slug", "number")
    tokens = SignedTokens("evaluator", "evaluation.evaluator")
    texts = staticmethod(texts)
    data_file = "my-judgements"

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.study = host_of(evaluation)
        self.location = (evaluation.place, evaluation.number)

    @classmethod
    def find(cls, **location: Any) -> Self | None:
        evaluation = Evaluation.objects.at(location["slug"], location["number"]).first()
        return cls(evaluation) if evaluation else None

    @classmethod
    def find_visitor(cls, token: str, **location: Any) -> Visitor[Evaluator] | None:
        evaluators = Evaluator.objects.select_related("evaluation__study", "evaluation__benchmark").filter(token=token)
        evaluator = evaluators.order_by("pk").first()  # only one: the default order would only take time
        here = (location["slug"], location["number"])
        is_here = evaluator is not None and here == (evaluator.evaluation.place, evaluator.evaluation.number)
        return Visitor(cls(evaluator.evaluation), evaluator) if evaluator and is_here else None

    @property
    def people(self) -> QuerySet[Evaluator]:
        return self.evaluation.evaluators.all()

    @property
    def external_id_parameter(self) -> str:
        return self.evaluation.external_id_parameter

    @property
    def facts(self) -> Facts:
        """Return those of the study, but with the evaluation's own duration and payment. A benchmark has no others."""
        own, study = self.evaluation, self.evaluation.study
        if own.kind == Evaluation.Kind.ANSWERS:
            return Facts(duration=own.duration, payment=own.payment)
        return Facts(study.researchers, study.contact, own.duration, own.payment, study.ethics_approval)

    @property
    def terms(self) -> Terms:
        own, name = self.evaluation, f"{self.evaluation.place}/{self.evaluation.number}"
        return Terms("evaluation.evaluator.agreement", name, own.consent_version, own.consent, facts=self.facts)

    def why_ineligible(self, invitation: Invitation, now: datetime, cookies: Mapping[str, str]) -> str:
        if self.evaluation.is_planned:
            return "planned"
        if not self.evaluation.is_open:
            return "closed"
        if people_called(self.people, invitation.external_id).filter(state=State.FINISHED).exists():
            return "finished"
        if self.is_participant(invitation.external_id, cookies):
            return "participant"
        return "" if has_assignment_left(self.evaluation, now) else FULL

    def why_barred(self, request: HttpRequest, invitation: Invitation) -> str:
        """Bar participants of the study, and researchers, whose answers must not count; rehearsals are exempt."""
        if self.is_participant(invitation.external_id, request.COOKIES):
            return "participant"
        return "researcher" if is_researcher(request.user) and not self.evaluation.is_rehearsed else ""

    def is_participant(self, external_id: str, cookies: Mapping[str, str]) -> bool:
        """Return whether an external id or a browser is a participant's, whose own dialogues might be judged.

        A participant who has withdrawn has no external id. No person wrote the answers to a benchmark.
        """
        study = self.evaluation.study
        if self.evaluation.kind == Evaluation.Kind.ANSWERS:
            return False
        people = study.participants
        if external_id and people.filter(external_id=external_id).exists():
            return True
        participant = read_cookie(ChatEnrolment(study), cookies)
        return participant is not None and participant.state != Participant.State.WITHDRAWN

    def lock(self) -> Self:
        return type(self)(lock_evaluation(self.evaluation))

    def lock_person(self, person: Evaluator) -> Evaluator:
        """Lock the evaluation first, because the evaluator's assignments are freed."""
        lock_evaluation(self.evaluation)
        return super().lock_person(person)

    def add_person(self, invitation: Invitation, agreement: Agreement, now: datetime) -> Evaluator:
        last: int | None = self.people.aggregate(last=Max("number"))["last"]
        fields = new_person(invitation, agreement, now)
        return Evaluator.objects.create(evaluation=self.evaluation, number=(last or 0) + 1, **fields)

    def current_step(self, person: Evaluator) -> str:
        """Send an evaluator whose assignment was reassigned to where assignments are given."""
        if person.state in (State.FINISHED, State.WITHDRAWN):
            return "end"
        if not self.evaluation.is_open:
            return "closed"
        return "pairs" if person.state == State.JUDGING else "instruction"

    def step_text(self, person: Evaluator, step: str) -> str:
        is_lapsed = person.state == State.LAPSED and step == "instruction"
        return gettext(LAPSED) if is_lapsed else super().step_text(person, step)

    def outcome_of(self, person: Evaluator) -> str:
        return Kind.WITHDRAWN if person.state == State.WITHDRAWN else Kind.COMPLETED

    @property
    def outcomes(self) -> QuerySet[EvaluationOutcome]:
        return self.evaluation.outcomes.all()

    def standard_text(self, kind: str) -> str:
        return default_outcome(kind, self.study.language)

    def preview_address(self, request: HttpRequest) -> str:
        return self.address("preview") if is_researcher(request.user) else ""

    def consent_page(self) -> dict[str, Any]:
        return {"pairs": count_pairs_ahead(self.evaluation), "kind": kind_of(self.evaluation)}

    def personal_data(self, person: Evaluator) -> dict[str, Any]:
        return self.common_data(person) | describe_judgements(person)

    def delete_data(self, locked: Evaluator) -> None:
        """Delete the evaluator's answers. Their pairs are judged again by those who take their assignments."""
        assignments = list(locked.assignments.all())
        locked.judgements.all().delete()
        locked.flag = ""
        locked.save(update_fields=["flag"])
        evaluator_leaving.send(sender=Evaluator, evaluator=locked)
        free_assignments_of(self.evaluation, assignments)
