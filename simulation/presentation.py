"""What the pages show of studies and their runs."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from collection.catalogue import Catalogue, read_catalogue
from collection.models import Dialogue, Goal, Persona, Study
from collection.presentation import persona_sentence
from collection.research.collecting import Admission, Counts, read_admission, read_counts
from collection.research.trouble import Trouble, read_trouble, read_troubles
from simulation.models import Run, Simulation
from simulation.progress import Tally, tally_runs


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as it stands, in a list or on its own page."""

    run: Run
    tally: Tally

    @property
    def is_abandoned(self) -> bool:
        """Whether a terminal began to work on the run and is gone: killed, so that it could not pause the run."""
        return self.run.state == Run.State.RUNNING and not self.run.is_queued and not self.tally.leased

    @property
    def state(self) -> str:
        """The run's state as a person would say it."""
        if self.is_abandoned:
            return "stands still: its terminal is gone"
        if self.run.state == Run.State.RUNNING and not self.run.is_queued:
            return "running in a terminal"
        return self.run.get_state_display()

    @property
    def label(self) -> str:
        """What is to be said about the run's models, as they were when it was made."""
        labels = (self.run.configuration.get(side, {}).get("label", "") for side in ("inquirer", "responder"))
        return "; ".join(dict.fromkeys(filter(None, labels)))


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
    """A study with all that a new run can choose from."""

    study: Study
    catalogue: Catalogue
    goals: list[Goal]
    personas: list[PersonaLine]
    runs: list[RunLine]
    collecting: Counts
    admission: Admission
    trouble: Trouble | None

    @property
    def chatbot_label(self) -> str:
        return self.catalogue.label(self.study.chatbot)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dialogue stands in its run."""

    run: Run
    before: str
    after: str


def list_studies() -> list[StudyLine]:
    """All studies by title."""
    catalogue = read_catalogue()
    studies = list(Study.objects.order_by("title").prefetch_related("runs"))
    goals, personas, dialogues, participants = map(_count, ("goals", "personas", "dialogues", "participants"))
    troubles = read_troubles(studies)
    tallies = tally_runs((run for study in studies for run in study.runs.all()), timezone.now())
    return [
        StudyLine(
            study,
            catalogue.label(study.chatbot),
            goals[study.pk],
            personas[study.pk],
            dialogues[study.pk],
            participants[study.pk],
            [_line(run, tallies) for run in study.runs.all()],
            troubles.get(study.pk),
        )
        for study in studies
    ]


def read_study(study: Study) -> StudyPage:
    """The study's page."""
    runs, now = list(study.runs.all()), timezone.now()
    tallies = tally_runs(runs, now)
    return StudyPage(
        study,
        read_catalogue(),
        list(study.goals.order_by("number")),
        [PersonaLine(persona, persona_sentence(persona)) for persona in study.personas.order_by("code")],
        [_line(run, tallies) for run in runs],
        read_counts(study, now),
        read_admission(study, now),
        read_trouble(study),
    )


def read_place(dialogue: Dialogue) -> Place | None:
    """The run of the dialogue and the tokens of its neighbours there, empty at the ends; None outside of runs."""
    cell = Simulation.objects.select_related("run").filter(dialogue=dialogue).first()
    if cell is None:
        return None
    begun = cell.run.simulations.filter(dialogue__isnull=False).values_list("dialogue__token", flat=True)
    before = begun.filter(pk__lt=cell.pk).order_by("-pk").first()
    after = begun.filter(pk__gt=cell.pk).order_by("pk").first()
    return Place(cell.run, before or "", after or "")


def _line(run: Run, tallies: dict[int, Tally]) -> RunLine:
    return RunLine(run, tallies[run.pk])


def _count(relation: str) -> dict[int, int]:
    """How many rows of ``relation`` each study has: a query of its own, because joins would multiply the counts."""
    counted: QuerySet[Study, tuple[int, int]] = Study.objects.order_by().values_list("pk").annotate(Count(relation))
    return dict(counted)
