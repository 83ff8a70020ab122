"""The interface that each kind of study implements for enrolment; everything else is the same for all kinds."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import override

from enrolment.agreements import Agreement, Facts, Terms
from enrolment.invitations import Invitation
from enrolment.models import Outcome, Person
from enrolment.signed_tokens import SignedTokens

P = TypeVar("P", bound=Person)
Heading = tuple[str, str]
"""A heading and the text below it."""
FULL = Outcome.Kind.FULL.value
"""The only reason for turning people away that has an outcome, with a code for the recruitment platform."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts for the people of one kind of study.

    ``refusals`` are keyed by reason, without ``full``; ``steps`` are keyed by step and tell a returning person where they are.
    ``as_another`` offers to take part to another person at the same browser.
    """

    missing: Heading
    closed: Heading
    refusals: Mapping[str, Heading]
    steps: Mapping[str, str]
    known_id: str
    finished_id: str
    withdrawal: Heading
    as_another: str


class Host(Protocol):
    """What people enrol in, as their pages name it; a study is one."""

    @property
    def title(self) -> str: ...

    @property
    def slug(self) -> str: ...

    @property
    def language(self) -> str: ...


class NotEligible(Exception):
    """The person cannot enrol now; ``reason`` is a key of the kind's refusals, or ``full``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Enrolment(ABC, Generic[P]):
    """One study, or one evaluation, that people enrol in.

    ``role`` names its people ("participant"). ``keywords`` are the parts of an address that identify it, ``location`` their
    values. URL names begin with ``prefix``. A ``step`` is the URL name of a page without the prefix, or "closed".
    """

    role: ClassVar[str]
    prefix: ClassVar[str]
    keywords: ClassVar[tuple[str, ...]]
    tokens: ClassVar[SignedTokens]
    data_file: ClassVar[str]
    """The name of the file with a person's own data, after the study's."""
    end_script: ClassVar[str] = ""
    """The script of the last page, if any."""

    study: Host
    location: tuple[str | int, ...]

    @classmethod
    @abstractmethod
    def texts(cls) -> Texts:
        """Return the texts for the kind's people, in the current language."""

    @classmethod
    @abstractmethod
    def find(cls, **location: Any) -> Self | None:
        """Return the study or evaluation at this address, or None."""

    @classmethod
    @abstractmethod
    def find_visitor(cls, token: str, **location: Any) -> "Visitor[P] | None":
        """Return the person with this token at this address, or None, with one query."""

    @property
    @abstractmethod
    def people(self) -> QuerySet[P]:
        """Return everyone who has enrolled."""

    @property
    @abstractmethod
    def external_id_parameter(self) -> str:
        """Return the link parameter that holds a recruitment platform's ID."""

    @property
    @abstractmethod
    def facts(self) -> Facts:
        """Return who the researchers are, whom to ask for help, and what taking part means."""

    @property
    @abstractmethod
    def terms(self) -> Terms:
        """Return the current terms, with these facts."""

    @abstractmethod
    def why_ineligible(self, invitation: Invitation, now: datetime, cookies: Mapping[str, str]) -> str:
        """Return the reason why a new person with this invitation and these cookies cannot enrol now; empty if they can."""

    @abstractmethod
    def lock(self) -> Self:
        """Lock the rows that decide on eligibility until the transaction ends, and return the enrolment with current values."""

    @abstractmethod
    def add_person(self, invitation: Invitation, agreement: Agreement, now: datetime) -> P:
        """Store a new person with the fields of ``new_person``. Call it on a locked enrolment."""

    @abstractmethod
    def current_step(self, person: P) -> str:
        """Return the person's current step."""

    @property
    @abstractmethod
    def outcomes(self) -> QuerySet[Any]:
        """Return the outcomes that the researchers have written."""

    @abstractmethod
    def standard_text(self, kind: str) -> str:
        """Return the default text for people who leave with this kind of outcome."""

    @abstractmethod
    def outcome_of(self, person: P) -> str:
        """Return the kind of outcome with which the person has left."""

    @abstractmethod
    def personal_data(self, person: P) -> dict[str, Any]:
        """Return all stored data of the person, ready for JSON, beginning with ``common_data``."""

    @abstractmethod
    def delete_data(self, locked: P) -> None:
        """Delete a withdrawing person's data within the transaction; the fields common to all people are already cleared."""

    def own_language(self) -> override:
        """Return a context in which translations, dates and numbers are in the study's language, as on all of its pages."""
        return override(self.study.language)

    def read_outcome(self, kind: str) -> Outcome:
        """Return the outcome of this kind, with the default text if the researchers have written none."""
        outcome: Outcome = self.outcomes.filter(kind=kind).first() or self.outcomes.model(kind=kind)
        outcome.text = outcome.text.strip() or self.standard_text(kind)
        return outcome

    def common_data(self, person: P) -> dict[str, Any]:
        """Return the person's consent and the data of their link, ready for JSON."""
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
        """Lock the person's row until the transaction ends, and return it with current values."""
        return self.people.select_for_update(of=("self",)).get(pk=person.pk)

    def why_hidden(self, request: HttpRequest) -> Heading | None:
        """Return why none of these pages is for this visitor, if so."""
        return None

    def why_barred(self, request: HttpRequest, invitation: Invitation) -> str:
        """Return a sentence that says why this visitor may not enrol at all; empty if they may."""
        return ""

    def preview_address(self, request: HttpRequest) -> str:
        """Return the address of a preview for this visitor; empty if there is none."""
        return ""

    def consent_page(self) -> dict[str, Any]:
        """Return the template context of the kind's welcome page, in addition to the study and its terms."""
        return {}

    def step_text(self, person: P, step: str) -> str:
        """Return the text about their step for a person who returns."""
        return self.texts().steps[step]

    def resume(self, person: P) -> None:
        """Prepare for a form that the person has submitted, for example by giving back a released seat."""

    def refusal(self, reason: str) -> dict[str, Any]:
        """Return the template context of a refusal for this reason: heading, sentence and details."""
        heading, sentence = self.texts().refusals[reason]
        return {"heading": heading, "sentence": sentence}

    def address(self, step: str, *more: Any) -> str:
        """Return the path of a page of this study or evaluation."""
        return reverse(f"{self.prefix}{step}", args=[*self.location, *more])


@dataclass(frozen=True, slots=True)
class Visitor(Generic[P]):
    """A person identified by a cookie or a personal link, and the study or evaluation they enrolled in."""

    enrolment: Enrolment[P]
    person: P
