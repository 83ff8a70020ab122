"""``rocit export``: one GGUF file for llama.cpp."""

from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from characters.models import Adapter
from characters.refusals import CharacterRefused
from characters.tuning.adapters import add_merged, export_adapter, export_folder, find_adapter, refuse_known_name


def add_export(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    about = "Write the base model with the adapter in its weights to one GGUF file for llama.cpp (Llama family only)."
    parser: ArgumentParser = actions.add_parser(
        "export", help="export an adapter with its base model", description=about
    )
    parser.add_argument("what", metavar="ADAPTER|FOLDER", help="name of an adapter, or a merged folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="GGUF file to write")
    parser.add_argument("--add", metavar="NAME", help="also add it to models.toml as the model NAME")
    parser.set_defaults(run=_export)


def _export(command: BaseCommand, options: dict[str, Any]) -> None:
    name, file = options["add"], options["file"]
    if name:
        refuse_known_name(settings.MODELS_FILE, name)
    if not Adapter.objects.filter(name=options["what"]).exists() and Path(options["what"]).is_dir():
        if name:
            raise CharacterRefused("Only an adapter can be added to models.toml. Give its name instead of a folder.")
        export_folder(Path(options["what"]), file)
    else:
        adapter = find_adapter(options["what"])
        export_adapter(settings.MODELS_FILE, adapter, file)
        if name:
            add_merged(settings.MODELS_FILE, adapter, file, name)
    command.stdout.write(f"{file} is written ({file.stat().st_size / 1e6:.0f} MB).")
    if name:
        command.stdout.write(f"{name} is now a model in {settings.MODELS_FILE}.")
