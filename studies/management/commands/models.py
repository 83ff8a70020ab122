"""``manage.py models``: list the models of ``models.toml``, their needs and whether they can run here."""

import json
from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dialogue.backends import registry
from dialogue.backends.base import BackendError, Health, ModelMisconfigured
from dialogue.backends.fitting import Fit
from dialogue.guards.opening import check_guard
from dialogue.model_config import ModelSpec
from dialogue.models_file import InvalidModelsFile, UnknownModel, find_model, read_models
from dialogue.prices import Price
from dialogue.prompts import NamedPrompts
from dialogue.seeds import SPEAKERS, SpeakerName
from dialogue.system_text import SystemWay
from studies.language_models.doctor import Report, examine_model
from studies.language_models.examinations import store_report
from studies.language_models.keys import without_keys
from studies.language_models.trial import NoAnswer, ask_side
from studies.prompt_sets.library import find_prompts

GIB = 1024**3
WAYS: dict[SystemWay, str] = {
    "message": "system text as a message",
    "first_user": "system text before the first user message",
    "none": "no system text",
}


class Command(BaseCommand):
    help = (
        "List the models, what each one needs, and whether it can run here. The exit status is 2 if a model cannot run or an"
        " entry is invalid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help="only these models (default: all)")
        parser.add_argument(
            "--try",
            action="store_true",
            dest="examines",
            help="let the doctor play two turns with the named models and say which settings fit; providers charge",
        )
        parser.add_argument(
            "--prompts", metavar="SET", help="with --try: try this prompt set for inquirers first, such as mine@2"
        )
        parser.add_argument("--json", action="store_true", help="with --try: print one JSON object for each model")
        parser.add_argument(
            "--ask",
            action="store_true",
            help="also ask each model for its first output as inquirer and responder; loads local models, and providers charge",
        )

    def handle(self, *, names: list[str], ask: bool, examines: bool, **options: Any) -> None:
        if examines and not names:
            raise CommandError("Name the models to try, for example: models --try smollm2", returncode=2)
        idle = next((name for name in ("json", "prompts") if options[name]), "")
        if idle and not examines:
            raise CommandError(f"--{idle} needs --try. Add it, or leave --{idle} out.", returncode=2)
        try:
            specs, mistakes = _chosen(names)
        except (InvalidModelsFile, UnknownModel) as error:
            raise CommandError(str(error), returncode=2) from error
        if examines:
            self._examine_all(names, _find_prompts(options["prompts"]), as_json=options["json"])
            return
        unfit = [spec.name for spec in specs if not self._show(spec, ask=ask)]
        unfit += [self._show_mistake(*one) for one in mistakes]
        if unfit:
            raise CommandError(f"Cannot run here as described: {', '.join(unfit)}.", returncode=2)

    def _show(self, spec: ModelSpec, *, ask: bool) -> bool:
        health = _examine(spec)
        speakers = " and ".join(speaker for speaker in ("inquirer", "responder") if getattr(spec, speaker))
        label = f" ({spec.label})" if spec.label else ""
        memory = "" if health.memory is None else f"; needs {health.memory / GIB:.2f} GiB"
        self.stdout.write(
            f"{spec.name}{label}: {speakers or _guard_in_words(spec)}, {spec.backend}, context {spec.context}{memory}"
            f"{_price_in_words(spec.price)}"
        )
        self.stdout.write(f"  {'ok' if health.is_ok else 'NOT USABLE'}: {health.sentence}")
        if health.is_ok and (sampling := registry.describe_sampling(spec)):
            self.stdout.write(f"  sampling: {', '.join(sampling)}")
        played = [speaker for speaker in SPEAKERS if health.is_ok and getattr(spec, speaker)]
        for speaker in played:
            self._show_fit(speaker, registry.fit_speaker(spec, speaker))
        answers = [self._show_answer(spec, speaker) for speaker in played if ask]
        return health.is_ok and all(answers)

    def _examine_all(self, names: list[str], chosen: NamedPrompts | None, *, as_json: bool) -> None:
        failed = [name for name in names if not self._examine(name, chosen, as_json=as_json)]
        if failed:
            raise CommandError(f"Could not be examined: {', '.join(failed)}.", returncode=2)

    def _examine(self, name: str, chosen: NamedPrompts | None, *, as_json: bool) -> bool:
        try:
            report = async_to_sync(self._examined)(name, chosen)
        except BackendError as error:
            problem = "CANNOT BE EXAMINED" if isinstance(error, ModelMisconfigured) else "DOES NOT ANSWER"
            self.stderr.write(f"{name}: {problem}: {without_keys(str(error))}")
            return False
        self.stdout.write(json.dumps(report.as_object()) if as_json else f"{name}\n\n{report.text}\n")
        store_report(name, report.as_object())
        return True

    async def _examined(self, name: str, chosen: NamedPrompts | None) -> Report:
        async def say(step: str) -> None:
            self.stderr.write(f"{name}: {step} …")

        try:
            return await examine_model(name, on_step=say, chosen=chosen)
        finally:
            await registry.close_models()

    def _show_mistake(self, name: str, sentence: str) -> str:
        self.stdout.write(f"{name}\n  WRONG: {sentence}")
        return name

    def _show_fit(self, speaker: SpeakerName, fit: Fit) -> None:
        marks = " ".join(map(repr, fit.marks)) or "no mark"
        self.stdout.write(f"  {speaker}: {WAYS[fit.system]}; a self-reply is cut at {marks}")

    def _show_answer(self, spec: ModelSpec, speaker: SpeakerName) -> bool:
        try:
            ask_side(spec.name, speaker)
        except NoAnswer as reason:
            self.stdout.write(f"  {speaker}: DOES NOT ANSWER: {reason}")
            return False
        self.stdout.write(f"  {speaker}: answers")
        return True


def _examine(spec: ModelSpec) -> Health:
    """Return whether the model can run here and, if it is described as a guard, be one."""
    health = registry.examine(spec)
    if not (health.is_ok and spec.guard):
        return health
    try:
        check_guard(spec)
    except ModelMisconfigured as error:
        return Health(False, str(error))
    return health


def _guard_in_words(spec: ModelSpec) -> str:
    return f"guard ({spec.guard.kind})" if spec.guard else "neither speaker"


def _price_in_words(price: Price | None) -> str:
    if price is None:
        return ""
    return f"; a million tokens cost {price.input:g} {price.currency} in and {price.output:g} {price.currency} out"


def _find_prompts(reference: str | None) -> NamedPrompts | None:
    try:
        return find_prompts(reference, "inquirer") if reference else None
    except LookupError as error:
        raise CommandError(str(error.args[0]), returncode=2) from error


def _chosen(names: list[str]) -> tuple[list[ModelSpec], list[tuple[str, str]]]:
    """Return the models to examine, and a sentence about each invalid entry."""
    if names:
        return [find_model(settings.MODELS_FILE, name) for name in names], []
    file = read_models(settings.MODELS_FILE)
    return list(file.models.values()), list(file.mistakes.items())
