"""The content of the home page and of a study's page."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from collection.research.collecting import Admission, Counts, read_admission, read_counts
from collection.research.trouble import Trouble, read_trouble, read_troubles
from jobs.heartbeats import live_services
from simulation.forms import RunChoices, read_choices
from simulation.presentation import RunLine
from simulation.progress import tally_runs
from studies.language_models.catalogue import read_catalogue
from studies.models import Dialogue, Persona, Study
from studies.presentation import persona_sentence


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study in the list, with its runs, latest first."""

    study: Study
    chatbot_label: str
    goals: int
    personas: int
    dialogues: int
    participants: int
    runs: list[RunLine]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class PersonaLine:
    """A persona with its sentence."""

    persona: Persona
    sentence: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    """A study: its participants, its runs, and the choices for a new run."""

    choices: RunChoices
    personas: list[PersonaLine]
    runs: list[RunLine]
    collecting: Counts
    admission: Admission
    trouble: Trouble | None

    @property
    def study(self) -> Study:
        return self.choices.study

    @property
    def chatbot_label(self) -> str:
        return self.choices.catalogue.label(self.study.chatbot)


def list_studies() -> list[StudyLine]:
    """Return all studies by title."""
    catalogue = read_catalogue()
    studies = list(Study.objects.order_by("title").prefetch_related("runs"))
    goals, personas, participants = map(_count, ("goals", "personas", "participants"))
    dialogues = _count("dialogues", ~Q(dialogues__kind=Dialogue.Kind.BRANCH))
    troubles = read_troubles(studies)
    tallies, services = tally_runs(run for study in studies for run in study.runs.all()), live_services()
    return [
        StudyLine(
            study,
            catalogue.label(study.chatbot),
            goals[study.pk],
            personas[study.pk],
            dialogues[study.pk],
            participants[study.pk],
            [RunLine(run, tallies[run.pk], services) for run in study.runs.all()],
            troubles.get(study.pk),
        )
        for study in studies
    ]


def read_study(study: Study) -> StudyPage:
    """Read the study's page."""
    runs, now = list(study.runs.all()), timezone.now()
    tallies, services = tally_runs(runs), live_services()
    choices = read_choices(study)
    return StudyPage(
        choices,
        [PersonaLine(persona, persona_sentence(persona)) for persona in choices.personas],
        [RunLine(run, tallies[run.pk], services) for run in runs],
        read_counts(study, now),
        read_admission(study, now),
        read_trouble(study),
    )


def _count(relation: str, chosen: Q | None = None) -> dict[int, int]:
    """Count the rows of ``relation`` for each study, in a separate query because joins would multiply the counts."""
    studies: QuerySet[Study, tuple[int]] = Study.objects.order_by().values_list("pk")
    counted: QuerySet[Study, tuple[int, int]] = studies.annotate(count=Count(relation, filter=chosen))
    return dict(counted)
