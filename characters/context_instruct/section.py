"""The section about Context-Instruct on a character's page: the jobs with their funnels, and the choice of a model."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User

from characters.context_instruct.funnel import read_funnel
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.reports import missing_segments, missing_triplets, percent
from characters.context_instruct.requests import MOST_WANTED, SEED, InstructRequest, request_instruct
from characters.context_instruct.stored_selection import select_again
from characters.models import Character, ContextInstruct
from characters.refusals import CharacterRefused
from dialogue.model_config import ModelSpec
from jobs.heartbeats import absent_worker
from rolellm.context_instruct import WANTED
from rolellm.selection import PAPER_DUPLICATES, PAPER_LOW, Funnel
from studies.language_models.catalogue import read_catalogue

MOST_JOBS = 10
"""So many of a character's jobs are shown, the latest first."""
_TRIPLETS = f"Enter the triplets to make as a whole number from 1 to {MOST_WANTED:,}."
_SEED = "Enter the seed as a whole number from 0, for example 73."
_SIMILARITY = "Enter the similarity of duplicates as a number above 0 and up to 1, for example 0.5."


class InstructForm(forms.Form):
    """What to ask for: the model, the number of triplets and the seed."""

    model = forms.CharField(max_length=100, error_messages={"required": "Choose a model."})
    wanted = forms.IntegerField(initial=WANTED, error_messages={"required": _TRIPLETS, "invalid": _TRIPLETS})
    seed = forms.IntegerField(initial=SEED, error_messages={"required": _SEED, "invalid": _SEED})


class SelectionForm(forms.Form):
    """The similarity from which a question is a duplicate."""

    similarity = forms.FloatField(error_messages={"required": _SIMILARITY, "invalid": _SIMILARITY})


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a funnel: a step, the triplets that it concerns, their share and the paper's; empty without one."""

    name: str
    count: int
    share: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with its progress and its funnel."""

    job: ContextInstruct
    done: int
    total: int
    added: int
    funnel: Funnel

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the model."""
        return absent_worker(self.job) if self.left else ""

    @property
    def shortage(self) -> str:
        return "" if self.left else missing_triplets(self.job, self.funnel)

    @property
    def threshold(self) -> float:
        return float(self.job.configuration["threshold"])

    @property
    def steps(self) -> list[Step]:
        """Return the funnel beside the paper's."""
        funnel = self.funnel
        removed = funnel.repeats + funnel.duplicates
        return [
            Step("Triplets made", funnel.candidates, paper="400"),
            Step("Doubted by the model itself", funnel.low, percent(funnel.low_share), f"{PAPER_LOW:.0%}"),
            Step(
                "Repeats and duplicates of others", removed, percent(funnel.duplicate_share), f"{PAPER_DUPLICATES:.0%}"
            ),
            Step("Kept for training", funnel.kept, paper="199"),
            Step("Test questions", funnel.test, paper="50"),
        ]


@dataclass(frozen=True, slots=True)
class InstructSection:
    """A character's jobs, latest first, and the models that can be asked."""

    character: Character
    jobs: list[JobView]
    models: list[ModelSpec]

    @property
    def nothing(self) -> str:
        """Return why no model can be asked; empty if one can."""
        if self.character.description:
            return ""
        return (
            f"{self.character.name} has no description, which every question needs. Write it, or let a model write it."
        )

    @property
    def missing_segments(self) -> str:
        return missing_segments(self.character)

    @property
    def is_under_way(self) -> bool:
        return any(view.job.is_running and view.left for view in self.jobs)

    @property
    def seen(self) -> str:
        """Return what can change while a worker asks, so that an unchanged part is not replaced while someone reads it."""
        return " ".join(
            f"{view.job.pk}-{view.job.state}-{view.job.is_queued}-{view.done}-{view.total}-{bool(view.absent_worker)}"
            for view in self.jobs
        )


def read_section(character: Character) -> InstructSection:
    """Read the section of the character's page."""
    models = [spec for spec in read_catalogue().models.values() if not spec.guard]
    jobs = character.instructions.select_related("character").order_by("-pk")[:MOST_JOBS]
    return InstructSection(character, [view_job(job) for job in jobs], models)


def view_job(job: ContextInstruct) -> JobView:
    """Return the job with its progress and its funnel."""
    calls = job.calls
    done = calls.exclude(finished_at=None).count()
    return JobView(job, done, calls.count(), calls.filter(is_top_up=True).count(), read_funnel(job))


def change_jobs(character: Character, action: str, data: dict[str, str], account: User) -> str:
    """Do what a button of the section says, and return what was done as a sentence. Raises CharacterRefused."""
    if action == "ask":
        return _ask(character, data, account)
    job = character.instructions.filter(token=data.get(action, "")).first()
    if job is None:
        raise CharacterRefused("There is no such job. Nothing was changed.")
    if action == "start":
        INSTRUCT_CALLS.queue(job, account)
        return f"{job.model} resumes as soon as a worker is free."
    if action == "pause":
        INSTRUCT_CALLS.pause(job)
        return f"{job.model} is paused. Its answers are kept."
    select_again(job, _valid(SelectionForm(data))["similarity"])
    return f"The triplets by {job.model} are selected with the similarity {job.configuration['threshold']:g}."


def _ask(character: Character, data: dict[str, str], account: User) -> str:
    wish = InstructRequest(**_valid(InstructForm(data)))
    job = request_instruct(character, wish)
    INSTRUCT_CALLS.queue(job, account)
    if job.state == ContextInstruct.State.FINISHED:
        return f"{job.model} has already made these triplets. Choose another seed for others."
    return f"{job.model} makes triplets as soon as a worker is free."


def _valid(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise CharacterRefused(str(next(iter(form.errors.values()))[0]))
    return form.cleaned_data
