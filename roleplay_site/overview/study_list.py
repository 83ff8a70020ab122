"""The content of the list of studies."""

from collections.abc import Sequence
from dataclasses import dataclass

from roleplay_site.overview.cockpit.step import Strip
from roleplay_site.overview.cockpit.strips import read_strips
from studies.chatbots import ChatbotLine, list_chatbots
from studies.language_models.catalogue import read_catalogue
from studies.models import Study


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study in the list, with its chatbots."""

    strip: Strip
    chatbots: list[ChatbotLine]

    @property
    def study(self) -> Study:
        return self.strip.study


def list_studies(*, archived: bool = False) -> list[StudyLine]:
    """Return the studies in use, or the archived ones, by title."""
    studies = list(Study.objects.listed().filter(archived_at__isnull=not archived).order_by("title"))
    catalogue = read_catalogue()
    return [StudyLine(strip, list_chatbots(strip.study, catalogue)) for strip in _strips(studies)]


def _strips(studies: Sequence[Study]) -> Sequence[Strip]:
    return read_strips(studies) if studies else ()
