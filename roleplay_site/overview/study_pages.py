"""The content of the pages of a study's set-up and simulations; the other steps' pages are those of their apps."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from analysis.comparing.compared_runs import MOST_RUNS
from jobs.heartbeats import live_services
from roleplay_site.overview.cockpit.step import Strip
from roleplay_site.overview.cockpit.strips import read_strip
from simulation.forms import RunChoices, read_choices
from simulation.presentation import RunLine
from simulation.progress import tally_runs
from studies.chatbots import ChatbotLine, list_chatbots
from studies.language_models.catalogue import read_catalogue
from studies.live import Live
from studies.models import Goal, Study
from studies.questionnaires import read_questions
from studies.questions.question import Question

SECONDS = 5
"""Time between two refreshes of a cockpit."""


@dataclass(frozen=True, slots=True)
class CockpitPage:
    """A study's cockpit, which refreshes itself while it is open."""

    strip: Strip
    chatbots: list[ChatbotLine]

    @property
    def study(self) -> Study:
        return self.strip.study

    @property
    def live(self) -> Live:
        return Live(reverse("study-live", args=[self.study.slug]), SECONDS, "overview/_cockpit.html")


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """What a study consists of: its chatbots, its goals and questions, and the number of its personas."""

    study: Study
    chatbots: list[ChatbotLine]
    goals: list[Goal]
    questions: list[Question]
    personas: int


@dataclass(frozen=True, slots=True)
class SimulationPage:
    """A study's runs, latest first, and the choices for a new one."""

    choices: RunChoices
    runs: list[RunLine]

    @property
    def study(self) -> Study:
        return self.choices.study

    @property
    def comparison(self) -> str:
        """Return the address that compares the latest runs."""
        latest = urlencode([("run", line.run.token) for line in self.runs[:MOST_RUNS]])
        return f"{reverse('compare', args=[self.study.slug])}?{latest}"


def read_cockpit(study: Study) -> CockpitPage:
    """Read the cockpit."""
    return CockpitPage(read_strip(study), list_chatbots(study, read_catalogue()))


def read_set_up(study: Study) -> SetUpPage:
    """Read the set-up page."""
    return SetUpPage(
        study,
        list_chatbots(study, read_catalogue()),
        list(study.goals.order_by("number")),
        read_questions(study.questionnaire),
        study.personas.count(),
    )


def read_simulations(study: Study) -> SimulationPage:
    """Read the page of runs."""
    runs, services = list(study.runs.all()), live_services()
    tallies = tally_runs(runs)
    return SimulationPage(read_choices(study), [RunLine(run, tallies[run.pk], services) for run in runs])
