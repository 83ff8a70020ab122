"""The section about a character's description on its page: what a model says about it, and what people say about that."""

from dataclasses import dataclass, field

from django.contrib.auth.models import User

from characters.describing.audits import judge_answer, judge_character
from characters.describing.descriptions import DESCRIPTIONS, described_as, request_description, use_description
from characters.models import Character, Description, DescriptionStep
from characters.refusals import CharacterRefused
from dialogue.model_config import ModelSpec
from jobs.heartbeats import absent_worker
from studies.language_models.catalogue import read_catalogue


@dataclass(frozen=True, slots=True)
class DescriptionSection:
    """Who a character is, and its latest description by a model with all steps, if there is one."""

    character: Character
    job: Description | None
    steps: list[DescriptionStep]
    models: list[ModelSpec]
    proposed: str = ""
    proposed_phrases: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[DescriptionStep]:
        """Return the answers of the audit so far."""
        return [step for step in self.steps if step.step == "audit" and step.finished_at]

    @property
    def done(self) -> int:
        return sum(step.finished_at is not None for step in self.steps)

    @property
    def total(self) -> int:
        """Return the number of steps, with the conversion that is added when there is something to convert."""
        return len(self.steps) + all(step.step != "second_person" for step in self.steps)

    @property
    def accepted(self) -> int:
        return sum(step.is_accepted is True for step in self.answers)

    @property
    def is_under_way(self) -> bool:
        return self.job is not None and self.job.is_running

    @property
    def is_finished(self) -> bool:
        return self.job is not None and self.job.state == Description.State.FINISHED

    @property
    def is_other(self) -> bool:
        """Return whether the character does not have the description that the model has written."""
        has = (self.character.description, self.character.catchphrases)
        return self.is_finished and has != (self.proposed, self.proposed_phrases)

    @property
    def is_edited(self) -> bool:
        """Return whether a person has changed what the model had written."""
        return self.is_other and self.job is not None and self.character.described_by == self.job.model

    @property
    def absent_worker(self) -> str:
        return absent_worker(self.job) if self.job else ""

    @property
    def seen(self) -> str:
        """Return what can change while a worker asks, so that an unchanged part is not replaced while someone reads it."""
        job = self.job
        return f"{job.pk}-{job.state}-{job.is_queued}-{self.done}-{bool(self.absent_worker)}" if job else ""


def read_section(character: Character) -> DescriptionSection:
    """Read the section with the character's latest description by a model."""
    models = [spec for spec in read_catalogue().models.values() if not spec.guard]
    job = character.descriptions.order_by("pk").last()
    if job is None:
        return DescriptionSection(character, None, [], models)
    return DescriptionSection(character, job, list(job.steps.order_by("position")), models, *described_as(job))


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
        return f"{job.model} continues as soon as a worker is free."
    if action == "cancel":
        DESCRIPTIONS.cancel(job)
        return "The description is cancelled. Its answers are kept."
    if action == "use":
        use_description(job)
        return f"{job.character.name} has the description by {job.model}. It is not audited."
    is_accepted = action == "accept"
    judge_answer(job, int(position) if position.isdecimal() else -1, is_accepted=is_accepted)
    return f"The answer is {'accepted' if is_accepted else 'rejected'}."


def _find_job(character: Character, token: str) -> Description:
    found = character.descriptions.filter(token=token).first()
    if found is None:
        raise CharacterRefused("There is no such description. Nothing was changed.")
    return found
