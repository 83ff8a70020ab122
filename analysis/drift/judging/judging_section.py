"""The section about judges on the pages of a run and of a study's analysis: what they have scored, and the choice of one."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User

from analysis.drift.judging.scopes import Scope
from characters.models import TurnJudging
from characters.refusals import CharacterRefused
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.requests import NOTHING_TO_SCORE, request_scores
from characters.turn_judging.results import ScoringResult, read_results
from studies.editor.fields import offer
from studies.language_models.catalogue import name_with_label, provider_of, read_catalogue


class JudgeForm(forms.Form):
    """A choice of the models in models.toml, and of how many turns they read."""

    judge = forms.ChoiceField(error_messages={"required": "Choose a judge."})
    turns = forms.IntegerField(
        required=False,
        min_value=1,
        label="Turns of each dialogue",
        help_text="Drawn at random. Empty: all turns.",
        error_messages={"min_value": "Choose at least 1 turn of each dialogue, or leave the field empty for all."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="judge-%s")
        self.models = [spec for spec in read_catalogue().models.values() if not spec.guard]
        offer(self, "judge", [(spec.name, _described(spec.name, name_with_label(spec))) for spec in self.models])


@dataclass(frozen=True, slots=True)
class JudgingSection:
    """What judges have scored. ``dialogues`` is the number of those that they can read."""

    scope: Scope
    results: list[ScoringResult]
    dialogues: int

    @property
    def is_under_way(self) -> bool:
        return any(result.judging.is_running and result.left for result in self.results)

    @property
    def seen(self) -> str:
        """Return a digest of everything that can change, so that an unchanged part is not replaced while someone reads it."""
        parts = [
            (
                one.judging.state,
                one.judging.is_queued,
                one.judging.message,
                one.judging.cost,
                one.done,
                one.total,
                one.absent_worker,
            )
            for one in self.results
        ]
        return hashlib.sha256(json.dumps([self.dialogues, parts]).encode()).hexdigest()[:16]


def read_section(scope: Scope) -> JudgingSection:
    """Read what judges have scored in these dialogues."""
    return JudgingSection(scope, read_results(scope.study, scope.dialogues), scope.dialogues.count())


def ask_judge(scope: Scope, form: JudgeForm, started_by: User) -> str:
    """Let the chosen judge score the dialogues' turns, and return a sentence. Raises CharacterRefused."""
    if not form.is_valid():
        raise CharacterRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    if not scope.dialogues.exists():
        raise CharacterRefused(NOTHING_TO_SCORE)
    judge = form.cleaned_data["judge"]
    judging = request_scores(scope.study, scope.dialogues, judge, form.cleaned_data["turns"])
    TURN_SCORES.queue(judging, started_by)
    if judging.state == TurnJudging.State.FINISHED:
        return f"{judge} has already scored these turns."
    return f"{judge} starts scoring as soon as a worker is free."


def change_judging(scope: Scope, action: str, token: str, started_by: User) -> str:
    """Resume ("start") or pause the judging with that token, and return a sentence. Raises CharacterRefused."""
    judging = scope.study.turn_judgings.filter(token=token).first()
    if judging is None or action not in ("start", "pause"):
        raise CharacterRefused("There is no such scoring. Nothing was changed.")
    if action == "pause":
        TURN_SCORES.pause(judging)
        return f"{judging.model} is paused. Its scores are kept."
    TURN_SCORES.queue(judging, started_by)
    return f"{judging.model} resumes as soon as a worker is free."


def _described(name: str, label: str) -> str:
    """Return the model for a choice, with the provider that receives the dialogues."""
    provider = provider_of(name)
    return f"{label} · the dialogues are sent to {provider}" if provider else label
