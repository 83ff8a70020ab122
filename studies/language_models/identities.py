"""The identity of a model as a speaker in a dialogue."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from dialogue import thoughts
from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.backends.fitting import Fit
from dialogue.model_config import ModelSpec, SamplingTable, SpeakerTable
from dialogue.models_file import InvalidModelsFile, UnknownModel, find_model
from dialogue.prompts import AnyPrompts, NamedPrompts, load_prompts
from dialogue.seeds import SpeakerName
from dialogue.speakers import Speaker
from dialogue.speaking import make_speaker
from studies.language_models.descriptions import before_choice, decisive
from studies.language_models.digests import remembered
from studies.language_models.in_force import read_models_in_force

CHOSEN_SAMPLING = "chosen_sampling"
"""The key under which a description records the sampling settings that replace the model's own."""


def describe_speaker(
    models_file: Path,
    name: str,
    speaker: SpeakerName,
    chosen: NamedPrompts | None = None,
    sampling: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return what identifies a model as a speaker: name, server, file hash, template, prompt set, sampling and checks.

    Settings that only affect where and how fast it runs are left out. The label and the date are included as notes.
    ``chosen`` is the prompt set; by default it is the one that models.toml names for this model. ``sampling`` replaces some
    of the model's settings.

    Raises ModelMisconfigured with one sentence if the model cannot play that speaker as described.
    """
    spec, table = find_spec(models_file, name, speaker)
    spec = _with_sampling(spec, sampling or {})
    used = chosen or built_in(table.prompts, speaker)
    needs = registry.fit_prompts(spec, used.prompts)
    return describe_model(spec) | {
        "prompts": used.reference,
        "system": needs.system,
        "marks": list(needs.marks),
        "sampling": spec.sampling.model_dump() | {"max_tokens": table.max_tokens},
        "coherence": table.coherence.model_dump(),
        "regenerate_tries": table.regenerate_tries,
        **({CHOSEN_SAMPLING: dict(sampling)} if sampling else {}),
    }


def describe_model(spec: ModelSpec) -> dict[str, Any]:
    """Return what identifies a model as any speaker. Raises ModelMisconfigured if its file cannot be read.

    ``date`` is today's. It is stored with a run or dialogue, so that templates with a date give the same one later.
    """
    return {
        "model": spec.name,
        "label": spec.label,
        "backend": spec.backend,
        "server": _server(spec),
        "fingerprint": _fingerprint(spec),
        "dtype": spec.dtype,
        "attention": spec.attention,
        "exact": spec.exact,
        "template": spec.template,
        "thoughts": thoughts.RULE,
        "context": spec.context,
        "date": timezone.localdate().isoformat(),
    }


def find_spec(models_file: Path, name: str, speaker: SpeakerName) -> tuple[ModelSpec, SpeakerTable]:
    """Return the model and its settings as that speaker. Raises ModelMisconfigured with one sentence if it has none."""
    spec = find_described(models_file, name)
    table: SpeakerTable | None = getattr(spec, speaker)
    if table is None:
        raise ModelMisconfigured(
            f"Model {name!r} has no [models.{name}.{speaker}] table. Add one, or choose another {speaker}."
        )
    return spec, table


def built_in(name: str, speaker: SpeakerName) -> NamedPrompts:
    """Return a built-in prompt set. Raises ModelMisconfigured with one sentence if there is none of that name."""
    try:
        return NamedPrompts(name, load_prompts(name, speaker))
    except LookupError as error:
        raise ModelMisconfigured(str(error.args[0])) from error


def find_described(models_file: Path, name: str) -> ModelSpec:
    """Return the model as models.toml describes it, or last described it correctly, for work in progress.

    Raises ModelMisconfigured with one sentence if it never did.
    """
    found = read_models_in_force(models_file).all.get(name)
    return found or find_well_described(models_file, name)


def find_well_described(models_file: Path, name: str) -> ModelSpec:
    """Return the model as models.toml describes it now, for new work: an invalid entry or a missing file is an error.

    Raises ModelMisconfigured.
    """
    try:
        spec = find_model(models_file, name)
    except (UnknownModel, InvalidModelsFile) as error:
        raise ModelMisconfigured(str(error)) from error
    if spec.file and not spec.file.is_file():
        raise _unreadable(spec)
    return spec


def is_still(
    models_file: Path, described: dict[str, Any], speaker: SpeakerName, chosen: NamedPrompts | None = None
) -> bool:
    """Return whether the model still matches its description, apart from its prompt set: a run or dialogue continues with the
    one that it began with, ``chosen`` or built in. Raises ModelMisconfigured if the model is gone."""
    if chosen is None and "prompts" in described:
        chosen = built_in(described["prompts"], speaker)
    now = describe_speaker(models_file, described["model"], speaker, chosen, described.get(CHOSEN_SAMPLING))
    return bool(decisive({key: item for key, item in now.items() if key in described}) == decisive(described))


def build_speaker(
    spec: ModelSpec,
    table: SpeakerTable,
    described: dict[str, Any],
    prompts: AnyPrompts,
    model: ChatModel,
    seed: Callable[[int, int], int],
    conversation: str,
) -> Speaker:
    """Return the speaker ``described`` at the start of the run or dialogue, played by the loaded ``model`` of ``spec``."""
    needs = before_choice(described) | described
    return make_speaker(
        model,
        prompts,
        Fit(needs["system"], tuple(needs["marks"])),
        sampling=_with_sampling(spec, described.get(CHOSEN_SAMPLING, {})).sampling_for(
            table, date.fromisoformat(needs["date"])
        ),
        coherence=table.coherence,
        seed=seed,
        tries=table.regenerate_tries,
        conversation=conversation,
    )


def _with_sampling(spec: ModelSpec, chosen: Mapping[str, float]) -> ModelSpec:
    """Return the model with the sampling in force: the ``chosen`` settings, and its own for the others."""
    own = registry.with_own_sampling(spec)
    return own.model_copy(update={"sampling": SamplingTable(**own.sampling.model_dump() | dict(chosen))})


def _server(spec: ModelSpec) -> dict[str, Any]:
    """Return the server of an API model and its unsent settings: the same name elsewhere may be another model."""
    if not spec.is_remote:
        return {}
    left_out = {"leave_out": sorted(set(spec.leave_out))} if spec.leave_out else {}
    return {"api": spec.api, "base_url": spec.base_url, "api_version": spec.api_version} | left_out


def _fingerprint(spec: ModelSpec) -> str:
    try:
        return spec.fingerprint(remembered(settings.VAR_DIR / "digests"))
    except OSError as error:
        raise _unreadable(spec) from error


def _unreadable(spec: ModelSpec) -> ModelMisconfigured:
    remedy = spec.how_to_get_file if spec.package else "Correct its path in models.toml."
    return ModelMisconfigured(f"The file {spec.file or spec.model} of model {spec.name!r} cannot be read. {remedy}")
