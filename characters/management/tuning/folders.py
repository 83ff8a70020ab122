"""``rocit add``, ``rocit merge`` and ``rocit unpack``: an adapter beside its base, and folders for transformers."""

from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from characters.refusals import CharacterRefused
from characters.tuning.adapters import (
    add_adapter,
    add_merged,
    find_adapter,
    merge_adapter,
    refuse_known_name,
    unpack_model,
)
from dialogue.backends.base import ModelMisconfigured
from studies.language_models.identities import find_well_described


def add_merge(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    about = "Write the base model with the adapter in its weights to a folder, for transformers."
    parser: ArgumentParser = actions.add_parser("merge", help="merge an adapter into its base model", description=about)
    parser.add_argument("adapter", metavar="ADAPTER", help="name of the adapter, the same as that of its tuning")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder to write")
    parser.add_argument("--add", metavar="NAME", help="also add it to models.toml as the model NAME")
    parser.set_defaults(run=_merge)


def add_add(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    about = "Add the base model with the adapter to models.toml, as a model of the backend transformers."
    parser: ArgumentParser = actions.add_parser("add", help="add an adapter to models.toml", description=about)
    parser.add_argument("adapter", metavar="ADAPTER", help="name of the adapter, the same as that of its tuning")
    parser.add_argument("model", metavar="MODEL", help="name of the new model")
    parser.set_defaults(run=_add)


def add_unpack(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    about = "Write the model in a GGUF file to a folder, so that it can be tuned. Quantised weights do not become more exact."
    parser: ArgumentParser = actions.add_parser("unpack", help="unpack a GGUF file for tuning", description=about)
    parser.add_argument("source", metavar="MODEL|FILE", help="model of models.toml with a file, or a GGUF file")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder to write")
    parser.set_defaults(run=_unpack)


def _merge(command: BaseCommand, options: dict[str, Any]) -> None:
    adapter = find_adapter(options["adapter"])
    if options["add"]:
        refuse_known_name(settings.MODELS_FILE, options["add"])
    folder = merge_adapter(settings.MODELS_FILE, adapter, options["folder"])
    command.stdout.write(f"{folder} contains {adapter.base_model} with {adapter.name}.")
    if options["add"]:
        add_merged(settings.MODELS_FILE, adapter, folder, options["add"])
        command.stdout.write(f"{options['add']} is now a model in {settings.MODELS_FILE}.")


def _add(command: BaseCommand, options: dict[str, Any]) -> None:
    add_adapter(settings.MODELS_FILE, find_adapter(options["adapter"]), options["model"])
    command.stdout.write(f"{options['model']} is now a model in {settings.MODELS_FILE}.")


def _unpack(command: BaseCommand, options: dict[str, Any]) -> None:
    folder = unpack_model(_file(options["source"]), options["folder"])
    command.stdout.write(
        f'{folder} contains the model. To tune it, add an entry with backend = "transformers" and model = "{folder}" to'
        " models.toml."
    )


def _file(source: str) -> Path:
    """Return the GGUF file that ``source`` names. Raises CharacterRefused."""
    if Path(source).is_file():
        return Path(source)
    try:
        spec = find_well_described(settings.MODELS_FILE, source)
    except ModelMisconfigured as error:
        raise CharacterRefused(str(error)) from error
    if spec.file is None:
        raise CharacterRefused(
            f"Model {source!r} has no GGUF file. Choose a model with `file`, or give the path of a file."
        )
    return spec.file
