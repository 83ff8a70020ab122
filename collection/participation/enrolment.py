"""How participants enrol in a chat study, progress through it and leave it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from collection.models import Outcome, Participant, Recruitment
from collection.participation.assignment import assign_goals
from collection.participation.download import describe_participation
from collection.participation.eligibility import (
    is_released,
    is_running,
    limits_of,
    lock_recruitment,
    make_room,
    take_back,
    why_ineligible,
)
from collection.participation.goals import next_survey
from collection.participation.texts import tests_only, texts
from enrolment.agreements import Agreement, Facts, Terms
from enrolment.invitations import Invitation
from enrolment.landing import new_person
from enrolment.protocol import Enrolment, Heading, Visitor
from enrolment.signed_tokens import SignedTokens
from studies.access import CHANGE, is_researcher
from studies.chatbots import common_label, providers_of
from studies.language_models.catalogue import read_catalogue
from studies.models import Dialogue, Persona, Study
from studies.search.indexing import forget_deleted_words
from studies.services import freeze_study
from studies.signals import dialogue_over, persona_leaving
from studies.texts import default_outcome

State, Kind = Participant.State, Outcome.Kind
OUTCOMES: dict[str, Outcome.Kind] = {
    State.FINISHED: Kind.COMPLETED,
    State.SCREENED_OUT: Kind.SCREENED_OUT,
    State.TURNED_AWAY: Kind.FULL,
    State.WITHDRAWN: Kind.WITHDRAWN,
}


class ChatEnrolment(Enrolment[Participant]):
    """Enrolment in the chat study ``study``."""

    role = "participant"
    prefix = ""
    keywords = ("slug",)
    tokens = SignedTokens("participant", "collection.participant")
    texts = staticmethod(texts)
    data_file = "my-data"
    end_script = "chat/forget.js"
    study: Study

    def __init__(self, study: Study) -> None:
        self.study = study
        self.location = (study.slug,)

    @classmethod
    def find(cls, **location: Any) -> Self | None:
        study = Study.objects.filter(slug=location["slug"]).first()
        return cls(study) if study else None

    @classmethod
    def find_visitor(cls, token: str, **location: Any) -> Visitor[Participant] | None:
        people = Participant.objects.select_related("study", "persona")
        participant = people.filter(study__slug=location["slug"], token=token).first()
        return Visitor(cls(participant.study), participant) if participant else None

    @cached_property
    def recruitment(self) -> Recruitment | None:
        """Return the study's recruitment, or None."""
        return Recruitment.objects.filter(study=self.study).select_related("study").first()

    @property
    def people(self) -> QuerySet[Participant]:
        return self.study.participants.select_related("persona")

    @property
    def external_id_parameter(self) -> str:
        return self.recruitment.external_id_parameter if self.recruitment else "PROLIFIC_PID"

    @property
    def facts(self) -> Facts:
        study = self.study
        return Facts(study.researchers, study.contact, study.duration, study.payment, study.ethics_approval)

    @property
    def terms(self) -> Terms:
        study, salt = self.study, "collection.participant.agreement"
        return Terms(salt, study.slug, study.consent_version, study.consent, providers_of(study), self.facts)

    def why_ineligible(self, invitation: Invitation, now: datetime, cookies: Mapping[str, str]) -> str:
        return why_ineligible(self.recruitment, now, invitation.external_id) or ""

    def lock(self) -> Self:
        locked = type(self)(self.study)
        locked.recruitment = lock_recruitment(self.study)
        return locked

    def add_person(self, invitation: Invitation, agreement: Agreement, now: datetime) -> Participant:
        """Store a participant who begins at the first goal not yet completed under the external ID. The first participant
        freezes the study."""
        assert self.recruitment is not None, "without it the study is closed"  # noqa: S101
        make_room(self.recruitment, limits_of(self.recruitment, {}), invitation.external_id, now)
        freeze_study(self.study)
        fields = new_person(invitation, agreement, now)
        newcomer = Participant(study=self.study, consent_provider=agreement.provider, **fields)
        assign_goals(newcomer)
        newcomer.save()
        return newcomer

    def current_step(self, person: Participant) -> str:
        if person.state not in (State.ENROLLED, State.ACTIVE):
            return "end"
        if not is_running(self.study):
            return "closed"
        if is_released(person):
            return "come-back"
        if person.state == State.ENROLLED:
            return "persona-form"
        if person.dialogues.filter(ended_at=None).exists():
            return "chat"
        return "survey" if next_survey(person) else "instruction"

    def resume(self, person: Participant) -> None:
        """Give a participant whose seat was released another one, if any is free, so that the form they submitted counts."""
        if is_released(person):
            take_back(person, timezone.now())

    def outcome_of(self, person: Participant) -> str:
        return OUTCOMES[person.state]

    @property
    def outcomes(self) -> QuerySet[Outcome]:
        return self.study.outcomes.all()

    def standard_text(self, kind: str) -> str:
        return default_outcome(kind, self.study.language)

    def refusal(self, reason: str) -> dict[str, Any]:
        opens_at = self.recruitment.opens_at if self.recruitment and reason == "not_yet" else None
        return super().refusal(reason) | {"opens_at": opens_at}

    def why_hidden(self, request: HttpRequest) -> Heading | None:
        is_theirs = self.study.test_of_id is None or is_researcher(request.user, CHANGE)
        return None if is_theirs else tests_only()

    def preview_address(self, request: HttpRequest) -> str:
        is_offered = self.study.test_of_id is None and is_researcher(request.user)
        return reverse("preview", args=self.location) if is_offered else ""

    def consent_page(self) -> dict[str, Any]:
        return {"label": common_label(self.study, read_catalogue())}

    def personal_data(self, person: Participant) -> dict[str, Any]:
        data = self.common_data(person)
        data["consent"]["messages_go_to"] = person.consent_provider
        return data | describe_participation(person)

    def delete_data(self, locked: Participant) -> None:
        """Delete the participant's dialogues, their persona and data derived from it, in locking order.

        The dialogues are locked first, so a process that is storing something in one has either finished or finds it deleted.
        They are deleted last, because other apps look up what was derived from them.
        """
        for dialogue in locked.dialogues.select_for_update(of=("self",)):
            dialogue_over.send(sender=Dialogue, dialogue=dialogue)
        persona, locked.persona = locked.persona, None
        locked.goal_order, locked.order_seed = [], None
        locked.save()
        if persona is not None:
            persona_leaving.send(sender=Persona, persona=persona)
            Dialogue.objects.filter(persona=persona).delete()
            persona.delete()
            forget_deleted_words()
