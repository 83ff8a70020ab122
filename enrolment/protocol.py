"""What each kind of study says about the people who enrol in it; everything else is the same for all kinds."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from enrolment.agreements import Agreement, Terms
from enrolment.invitations import Invitation
from enrolment.models import Outcome, Person
from enrolment.signed_tokens import SignedTokens
from studies.models import Study

P = TypeVar("P", bound=Person)
Heading = tuple[str, str]
"""A heading, and the sentences below it."""
FULL = Outcome.Kind.FULL.value
"""The reason for turning people away that has its own outcome, with a code for the recruiting platform."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentences for people of one kind of study.

    ``refusals`` are by reason, without ``full``; ``steps`` say by step what a returning person finds there.
    """

    missing: Heading
    closed: Heading
    refusals: Mapping[str, Heading]
    steps: Mapping[str, str]
    known_id: str
    finished_id: str
    withdrawal: Heading
    data_file: str


class NotEligible(Exception):
    """The person cannot enrol now; ``reason`` is one of the kind's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Enrolment(ABC, Generic[P]):
    """One study, or one evaluation, that people enrol in.

    ``role`` names its people ("participant"). ``keywords`` are the parts of an address that find it, and ``location`` their
    values here; names of addresses begin with ``prefix``. A ``step`` is the name of a page without the prefix, or "closed".
    """

    role: ClassVar[str]
    prefix: ClassVar[str]
    keywords: ClassVar[tuple[str, ...]]
    tokens: ClassVar[SignedTokens]
    texts: ClassVar[Texts]
    end_script: ClassVar[str] = ""
    """What runs in the browser on the last page, if anything does."""

    study: Study
    location: tuple[str | int, ...]

    @classmethod
    @abstractmethod
    def find(cls, **location: Any) -> Self | None:
        """Find the study or evaluation at this address."""

    @classmethod
    @abstractmethod
    def find_visitor(cls, token: str, **location: Any) -> "Visitor[P] | None":
        """Find the person with this token at this address, with one query."""

    @property
    @abstractmethod
    def people(self) -> QuerySet[P]:
        """Everyone who has enrolled."""

    @property
    @abstractmethod
    def external_id_parameter(self) -> str:
        """The parameter of links that identifies people of a recruiting platform."""

    @property
    @abstractmethod
    def terms(self) -> Terms:
        """What people agree to now."""

    @abstractmethod
    def why_ineligible(self, invitation: Invitation, now: datetime, cookies: Mapping[str, str]) -> str:
        """Return why a new person with this invitation and these cookies cannot enrol now; empty if they can."""

    @abstractmethod
    def lock(self) -> Self:
        """Lock what decides on eligibility until the transaction ends, and return it as it is now."""

    @abstractmethod
    def add_person(self, invitation: Invitation, agreement: Agreement, now: datetime) -> P:
        """Store a new person, while this is locked. Pass the fields of ``new_person``."""

    @abstractmethod
    def current_step(self, person: P) -> str:
        """Return the step at which the person is now."""

    @property
    @abstractmethod
    def outcomes(self) -> QuerySet[Any]:
        """What the researchers have written for each kind of outcome."""

    @abstractmethod
    def standard_text(self, kind: str) -> str:
        """Return what people read who leave with this kind of outcome, unless the researchers have written something."""

    @abstractmethod
    def outcome_of(self, person: P) -> str:
        """Return the kind of outcome with which the person has left."""

    @abstractmethod
    def personal_data(self, person: P) -> dict[str, Any]:
        """Return everything that the site keeps of what the person gave, ready for JSON, beginning with ``common_data``."""

    @abstractmethod
    def delete_data(self, locked: P) -> None:
        """Delete what a withdrawing person gave, within the transaction; their row has lost what every person has."""

    def read_outcome(self, kind: str) -> Outcome:
        """Return the outcome of this kind, with the standard words where the researchers have written none."""
        outcome: Outcome = self.outcomes.filter(kind=kind).first() or self.outcomes.model(kind=kind)
        outcome.text = outcome.text.strip() or self.standard_text(kind)
        return outcome

    def common_data(self, person: P) -> dict[str, Any]:
        """Return the person's consent and what their link carried, ready for JSON."""
        return {
            "study": self.study.title,
            "state": person.get_state_display(),
            "consent": {
                "agreed_at": person.consented_at,
                "version": person.consent_version,
                "text": self.terms.text,
            },
            "external_id": person.external_id,
            "link_parameters": person.parameters,
            "last_seen_at": person.last_seen_at,
            "ended_at": person.ended_at,
        }

    def lock_person(self, person: P) -> P:
        """Lock the person's row until the transaction ends, and return it as it is now."""
        return self.people.select_for_update(of=("self",)).get(pk=person.pk)

    def why_barred(self, request: HttpRequest, invitation: Invitation) -> str:
        """Return why this visitor may not enrol whatever form they send; empty if they may."""
        return ""

    def preview_address(self, request: HttpRequest) -> str:
        """Return where this visitor may look at the pages without enrolling; empty if nowhere."""
        return ""

    def consent_page(self) -> dict[str, Any]:
        """Return what the kind's welcome page shows besides the study and its terms."""
        return {}

    def step_text(self, person: P, step: str) -> str:
        """Return what a person who returns reads about their step."""
        return self.texts.steps[step]

    def resume(self, person: P) -> None:
        """Prepare for what the person is sending. A person whose place went to others may need it again."""

    def refusal(self, reason: str) -> dict[str, Any]:
        """Return what a visitor reads who cannot enrol for this reason: heading, sentence, and details."""
        heading, sentence = self.texts.refusals[reason]
        return {"heading": heading, "sentence": sentence}

    def address(self, step: str, *more: Any) -> str:
        """Return the path of a page of this study or evaluation."""
        return reverse(f"{self.prefix}{step}", args=[*self.location, *more])


@dataclass(frozen=True, slots=True)
class Visitor(Generic[P]):
    """A person identified by a cookie or a personal link, in what they enrolled in."""

    enrolment: Enrolment[P]
    person: P
