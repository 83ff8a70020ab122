"""Requests for tunings."""

import shutil
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from characters.models import Adapter, Tuning
from characters.refusals import CharacterRefused
from characters.tuning.folders import folder_of, write_samples
from characters.tuning.queue import TUNINGS
from characters.tuning.sources import Sources, read_parts, read_sources
from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.names import plain_name
from jobs.models import new_token
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.refusals import TuningRefused
from rolellm.tuning.requirements import check_backend
from rolellm.tuning.samples import Samples, make_samples
from studies.language_models.identities import describe_model, find_well_described


def request_tuning(models_file: Path, name: str, model: str, sources: Sources, recipe: Recipe) -> Tuning:
    """Store a tuning with its samples, which is paused until it is queued or started.

    Raises CharacterRefused if nothing can be tuned so; then nothing is stored.
    """
    try:
        _check_name(name)
        spec = find_well_described(models_file, model)
        check_backend(spec)
        rows = read_sources(sources)
        samples = make_samples(rows, read_parts(rows, sources.descriptions, recipe.variant), recipe.variant)
        return _store(name, spec, sources, recipe, samples)
    except (ModelMisconfigured, TuningRefused) as error:
        raise CharacterRefused(str(error)) from error


@transaction.atomic
def queue_tuning(tuning: Tuning, started_by: User | None = None) -> None:
    """Open the tuning to the workers; one that has begun continues from its last checkpoint."""
    TUNINGS.queue(tuning, started_by)


def change_tuning(tuning: Tuning, action: str) -> str:
    """Pause, resume or cancel the tuning; return a sentence, "" for another action."""
    match action:
        case "pause":
            TUNINGS.pause(tuning)
            return f"{tuning.name} is paused. It will resume from its last step."
        case "start" if tuning.state != Tuning.State.FINISHED:
            TUNINGS.queue(tuning)
            return f"{tuning.name} resumes as soon as a worker is free."
        case "cancel":
            TUNINGS.cancel(tuning)
            return f"{tuning.name} is cancelled. Its checkpoint is kept."
    return ""


def _store(name: str, spec: ModelSpec, sources: Sources, recipe: Recipe, samples: Samples) -> Tuning:
    token = new_token()
    folder = folder_of(token)
    write_samples(folder, samples.samples)
    try:
        return Tuning.objects.create(
            token=token,
            model=spec.name,
            name=name,
            folder=str(folder),
            samples=len(samples.samples),
            configuration={
                "model": describe_model(spec),
                "recipe": recipe.as_object(),
                "sources": sources.as_object(),
                "roles": list(samples.roles),
                "unknown_roles": dict(samples.unknown_roles),
                "empty_responses": samples.empty_responses,
            },
        )
    except BaseException:
        shutil.rmtree(folder)
        raise


def _check_name(name: str) -> None:
    if not name or name != plain_name(name) or len(name) > 100:
        raise CharacterRefused(
            "The name of a tuning must have 1 to 100 visible characters without spaces at its ends. Choose another name."
        )
    if Tuning.objects.filter(name=name).exists() or Adapter.objects.filter(name=name).exists():
        raise CharacterRefused(f"There is already a tuning or an adapter {name!r}. Choose another name.")
