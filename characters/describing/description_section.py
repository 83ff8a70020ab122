"""The section about a character's description on its page: what a model says about it, and what people say about that."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from characters.describing.audits import judge_answer, judge_character
from characters.describing.descriptions import DESCRIPTIONS, described_as, request_description, use_description
from characters.models import Character, Description, DescriptionStep
from characters.refusals import CharacterRefused
from dialogue.model_config import ModelSpec
from jobs.heartbeats import absent_worker
from studies.language_models.catalogue import read_catalogue

MOST_SHOWN = 5
"""Descriptions of one character that its page shows, the latest."""


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A description by a model, finished or not, with all its steps."""

    job: Description
    steps: list[DescriptionStep]
    description: str
    catchphrases: list[str]

    @property
    def answers(self) -> list[DescriptionStep]:
        """Return the answers of the audit so far."""
        return [step for step in self.steps if step.step == "audit" and step.finished_at]

    @property
    def accepted(self) -> int:
        return sum(step.is_accepted is True for step in self.answers)

    @property
    def done(self) -> int:
        return sum(step.finished_at is not None for step in self.steps)

    @property
    def total(self) -> int:
        """Return the number of steps, with the conversion that is added when there is something to convert."""
        return len(self.steps) + all(step.step != "second_person" for step in self.steps)

    @property
    def is_finished(self) -> bool:
        return self.job.state == Description.State.FINISHED

    @property
    def is_used(self) -> bool:
        """Return whether the character has this description, unchanged."""
        character = self.job.character
        return (character.description, character.catchphrases) == (self.description, self.catchphrases)

    @property
    def label(self) -> str:
        found: str = self.job.configuration["model"]["label"]
        return found


@dataclass(frozen=True, slots=True)
class DescriptionSection:
    """Who a character is, and its descriptions by models, latest first."""

    character: Character
    by_models: list[ModelDescription]
    models: list[ModelSpec]

    @property
    def latest(self) -> ModelDescription | None:
        return self.by_models[0] if self.by_models else None

    @property
    def is_under_way(self) -> bool:
        return self.latest is not None and self.latest.job.is_running

    @property
    def label(self) -> str:
        """Return the label of the model that wrote the character's description."""
        return next((one.label for one in self._by_writer if one.label), "")

    @property
    def is_edited(self) -> bool:
        """Return whether a person has changed what the model had written."""
        return bool(self._by_writer) and not any(one.is_used for one in self._by_writer)

    @property
    def absent_worker(self) -> str:
        return absent_worker(self.latest.job) if self.latest else ""

    @property
    def seen(self) -> str:
        """Return what can change while a worker asks, so that an unchanged part is not replaced while someone reads it."""
        if self.latest is None:
            return ""
        job = self.latest.job
        return f"{job.pk}-{job.state}-{job.is_queued}-{self.latest.done}-{bool(self.absent_worker)}"

    @property
    def _by_writer(self) -> list[ModelDescription]:
        return [one for one in self.by_models if one.is_finished and one.job.model == self.character.described_by]


def read_section(character: Character) -> DescriptionSection:
    """Read the section with the character's latest descriptions by models."""
    models = [spec for spec in read_catalogue().models.values() if not spec.guard]
    jobs = character.descriptions.select_related("character").prefetch_related("steps").order_by("-pk")[:MOST_SHOWN]
    return DescriptionSection(character, [_read(job) for job in jobs], models)


def _read(job: Description) -> ModelDescription:
    return ModelDescription(job, list(job.steps.all()), *described_as(job))


def change_description(character: Character, action: str, value: str, account: User) -> str:
    """Do what a button of the section says, and return what was done as a sentence. Raises CharacterRefused."""
    if action == "ask":
        DESCRIPTIONS.queue(request_description(character, value), account)
        return f"{value} describes {character.name} as soon as a worker is free."
    if action == "audit":
        judge_character(character, value)
        return f"{character.name}: {Character.Audit(value).label}."
    token, _, position = value.partition(":")
    return _change_job(_find_job(character, token), action, position, account)


def _change_job(job: Description, action: str, position: str, account: User) -> str:
    if action == "start":
        DESCRIPTIONS.queue(job, account)
        return f"{job.model} resumes as soon as a worker is free."
    if action == "cancel":
        DESCRIPTIONS.cancel(job)
        return "The description is cancelled. Its answers are kept."
    if action == "use":
        use_description(job)
        return f"{job.character.name} now has the description by {job.model}. It is not audited."
    is_accepted = action == "accept"
    judge_answer(job, int(position) if position.isdecimal() else -1, is_accepted=is_accepted)
    return f"The answer is {'accepted' if is_accepted else 'rejected'}."


def _find_job(character: Character, token: str) -> Description:
    found = character.descriptions.filter(token=token).first()
    if found is None:
        raise CharacterRefused("There is no such description. Nothing was changed.")
    return found
