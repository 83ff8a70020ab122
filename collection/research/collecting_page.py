"""The page on which researchers follow a study's participants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.core.paginator import Page
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from collection.models import Recruitment
from collection.participation.eligibility import PRESENT, UNDER_WAY
from collection.research.collecting import Admission, Counts, list_participants, read_admission, read_counts
from collection.research.condition_counts import ConditionLine, read_condition_lines
from collection.research.distributions import Distribution, read_distributions, read_survey_distributions
from collection.research.opening import what_it_lacks
from collection.research.recruitment_form import find_recruitment
from collection.research.trouble import Trouble, read_trouble
from enrolment.external_ids import SharedId, read_shared_ids
from enrolment.platform_links import platform_link
from studies.chatbots import ChatbotLine, list_chatbots
from studies.language_hints import language_hints
from studies.language_models.catalogue import read_catalogue
from studies.languages import why_english
from studies.live import Live
from studies.models import Study

LIVE_PARTS = {name: f"research/_{name}.html" for name in ("trouble", "participants", "distributions", "surveys")}


@dataclass(frozen=True, slots=True)
class CollectingPage:
    """A study's recruitment and participants as of ``now``; ``participants`` is a page of ParticipantLines."""

    study: Study
    recruitment: Recruitment
    chatbots: list[ChatbotLine]
    link: str
    admission: Admission
    counts: Counts
    conditions: list[ConditionLine]
    participants: Page[Any]
    distributions: list[Distribution]
    surveys: list[Distribution]
    shared_ids: list[SharedId]
    lacks: list[str]
    trouble: Trouble | None
    now: datetime

    @property
    def platform_link(self) -> str:
        return platform_link(self.link, self.recruitment.external_id_parameter)

    @property
    def why_english(self) -> str:
        """Return why participants see pages in English although the study has another language; empty if they do not."""
        return why_english(self.study.language)

    @property
    def language_hints(self) -> list[str]:
        """Return sentences about texts that seem to be in another language than the study."""
        return language_hints(self.study)

    @property
    def live(self) -> Live:
        address = f"{reverse('collecting-live', args=[self.study.slug])}?page={self.participants.number}"
        return Live(address, 2, "research/_counts.html", LIVE_PARTS)


def read_collecting(study: Study, site: str, page: str) -> CollectingPage:
    """Read the study's page; ``site`` is the address for participants."""
    now = timezone.now()
    prefetch_related_objects([study], "conditions")
    return CollectingPage(
        study=study,
        recruitment=find_recruitment(study),
        chatbots=list_chatbots(study, read_catalogue()),
        link=urljoin(site, reverse("welcome", args=[study.slug])),
        admission=read_admission(study, now),
        counts=read_counts(study, now),
        conditions=read_condition_lines(study, now),
        participants=list_participants(study, page, now),
        distributions=read_distributions(study),
        surveys=read_survey_distributions(study),
        shared_ids=read_shared_ids(study.participants.all(), UNDER_WAY, now - PRESENT),
        lacks=what_it_lacks(study),
        trouble=read_trouble(study),
        now=now,
    )
