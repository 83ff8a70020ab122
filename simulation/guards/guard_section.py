"""The section about unsafe content on a run's or study's page: the guards' results, and the choice of a guard."""

import hashlib
import json
from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dialogue.model_config import ModelSpec
from simulation.guards.checks import GUARD_CHECKS, request_checks
from simulation.guards.results import GuardResult, read_results
from simulation.guards.scopes import Scope
from simulation.requests import RequestError
from studies.language_models.catalogue import provider_of, read_catalogue
from studies.models import GuardRun
from studies.presentation import describe_model

NOTHING_TO_CHECK = "There is nothing to check: no dialogue with a message has ended."


class GuardForm(forms.Form):
    """A choice of the guards in models.toml."""

    model = forms.ChoiceField(widget=forms.RadioSelect, label="Guard", error_messages={"required": "Choose a guard."})

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        guards = [spec for spec in read_catalogue().models.values() if spec.guard]
        self.choices = [(spec.name, _described(spec)) for spec in guards]
        self.fields["model"].choices = self.choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class GuardSection:
    """What guards have found. ``ended`` is the number of dialogues that they can check."""

    scope: Scope
    results: list[GuardResult]
    ended: int

    @property
    def nothing(self) -> str:
        """Return why no guard can be chosen; empty if one can."""
        return "" if self.ended else NOTHING_TO_CHECK

    @property
    def is_under_way(self) -> bool:
        return any(result.guard_run.is_running and result.left for result in self.results)

    @property
    def seen(self) -> str:
        """Return a digest of everything that can change, so that an unchanged part is not replaced while someone reads it."""
        parts = [
            (
                one.guard_run.state,
                one.guard_run.is_queued,
                one.guard_run.message,
                one.done,
                one.total,
                one.absent_worker,
            )
            for one in self.results
        ]
        return hashlib.sha256(json.dumps([self.ended, parts]).encode()).hexdigest()[:16]


def read_section(scope: Scope) -> GuardSection:
    """Read what guards have found in these dialogues."""
    return GuardSection(scope, read_results(scope.study, scope.dialogues), scope.dialogues.count())


def change_checks(scope: Scope, action: str, name: str, started_by: User) -> str:
    """Let the guard ``name`` check the dialogues ("ask"), or resume or pause the checks with that token. Return a sentence.

    Raises RequestError.
    """
    if action == "ask":
        return _ask(scope, name, started_by)
    guard_run = GuardRun.objects.filter(study=scope.study, token=name).first()
    if guard_run is None or action not in ("start", "pause"):
        raise RequestError("There are no such checks. Nothing was changed.")
    if action == "start":
        GUARD_CHECKS.queue(guard_run, started_by)
        return f"{guard_run.model} resumes as soon as a worker is free."
    GUARD_CHECKS.pause(guard_run)
    return f"{guard_run.model} is paused. Its verdicts are kept."


def _ask(scope: Scope, model: str, started_by: User) -> str:
    if not scope.dialogues.exists():
        raise RequestError(NOTHING_TO_CHECK)
    guard_run = request_checks(scope.study, scope.dialogues, model)
    GUARD_CHECKS.queue(guard_run, started_by)
    if guard_run.state == GuardRun.State.FINISHED:
        return f"{model} has already checked every ended dialogue."
    return f"{model} starts checking as soon as a worker is free."


def _described(spec: ModelSpec) -> SafeString:
    """Return the guard for a choice, with the provider that receives the dialogues."""
    name, provider = describe_model(spec), provider_of(spec.name)
    if not provider:
        return name
    return format_html('{} <span class="quiet">· the dialogues are sent to {}</span>', name, provider)
