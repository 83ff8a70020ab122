"""``rocit train``: tune a LoRA, in this process or in the workers."""

import json
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from characters.management.terminal_work import progress_bar, queue_up, work_off
from characters.models import Adapter, Tuning
from characters.refusals import CharacterRefused
from characters.tuning.adapters import add_adapter, refuse_known_name
from characters.tuning.queue import TUNINGS
from characters.tuning.reports import as_object, in_words
from characters.tuning.requests import request_tuning
from characters.tuning.sources import Sources
from characters.tuning.workers import TuningWorker
from rolellm.tuning.recipe import MARKUPS, MODULES, VARIANTS, InvalidRecipe, Recipe

_ABOUT = (
    "Tune one LoRA over roles. Rows come from files in RoleBench's format, from the training rows of stored benchmarks and "
    "from Context-Instruct; their roles must have a description. If you repeat the command with the name of an unfinished "
    "tuning, it continues."
)
_HELP = {
    "rank": "rank of the LoRA",
    "alpha": "alpha of the LoRA",
    "dropout": "dropout of the LoRA",
    "rate": "learning rate",
    "warm_up": "share of the steps in which the rate rises",
    "clip": "largest norm of the gradient",
    "batch": "samples computed at once",
    "accumulation": "batches in a step",
    "input_tokens": "longest input",
    "output_tokens": "longest response that is learned whole",
    "epochs": "passes over all samples",
    "seed": "seed for the order of the samples, the LoRA and its dropout",
    "checkpoint_every": "steps between checkpoints",
}


def add_train(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    parser: ArgumentParser = actions.add_parser("train", help="tune a model to play roles", description=_ABOUT)
    parser.add_argument("name", metavar="NAME", help="name of the tuning and of its adapter")
    parser.add_argument("--model", help="base model in models.toml, with the backend transformers")
    _add_sources(parser)
    _add_recipe(parser)
    parser.add_argument("--add", metavar="MODEL", help="also add the model with its adapter to models.toml as MODEL")
    parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_train)


def _add_sources(parser: ArgumentParser) -> None:
    rows = parser.add_argument_group("rows")
    rows.add_argument(
        "--rows", action="append", type=Path, default=[], metavar="FILE", help="rows in RoleBench's format"
    )
    rows.add_argument("--benchmark", action="append", default=[], metavar="NAME", help="training rows of a benchmark")
    rows.add_argument(
        "--triplets", action="append", default=[], metavar="CHARACTER", help="the character's triplets for training"
    )
    rows.add_argument("--role", action="append", default=[], metavar="NAME", help="only this role (repeatable)")
    rows.add_argument(
        "--descriptions", type=Path, metavar="FILE", help="desc.json with descriptions of roles that are not stored"
    )


def _add_recipe(parser: ArgumentParser) -> None:
    settings_ = parser.add_argument_group("settings")
    standard = Recipe()
    settings_.add_argument(
        "--markup", choices=MARKUPS, default="own", help="chat template: the model's own, or the paper's"
    )
    settings_.add_argument(
        "--variant", choices=VARIANTS, default="system", help="with retrieval, pairs precede the input"
    )
    settings_.add_argument("--modules", choices=MODULES, default="q and v", help="matrices to which a LoRA is added")
    for name, what in _HELP.items():
        value = getattr(standard, name)
        option = f"--{name.replace('_', '-')}"
        settings_.add_argument(
            option, type=type(value), default=value, metavar="N", help=f"{what} (default: {value:g})"
        )


def _train(command: BaseCommand, options: dict[str, Any]) -> None:
    if options["queue"] and (options["json"] or options["add"]):
        raise CharacterRefused(
            "--queue leaves the work to the workers and does not wait for it. Omit --json and --add."
        )
    if options["add"]:
        refuse_known_name(settings.MODELS_FILE, options["add"])
    tuning = Tuning.objects.filter(name=options["name"]).exclude(state=Tuning.State.FINISHED).first()
    tuning = tuning or _request(options)
    for sentence in in_words(tuning):
        command.stderr.write(sentence)
    if options["queue"]:
        for sentence in queue_up(TUNINGS, tuning, "tunings"):
            command.stderr.write(sentence)
        return
    _work_off(tuning)
    _report(command, tuning, options)


def _request(options: dict[str, Any]) -> Tuning:
    if not options["model"]:
        raise CharacterRefused("Name the base model with --model.")
    try:
        recipe = Recipe(**{field.name: options[field.name] for field in fields(Recipe)})
    except InvalidRecipe as error:
        raise CharacterRefused(str(error)) from error
    sources = Sources(
        tuple(options["rows"]),
        tuple(options["benchmark"]),
        tuple(options["triplets"]),
        tuple(options["role"]),
        options["descriptions"],
    )
    return request_tuning(settings.MODELS_FILE, options["name"], options["model"], sources, recipe)


def _work_off(tuning: Tuning) -> None:
    """Tune in this process. Raises CommandError unless it ends."""
    bar = progress_bar("steps")

    def show(step: int, steps: int) -> None:
        bar.total = steps
        bar.update(step - bar.n)

    def make_worker(should_stop: Callable[[], bool], _on_item: Callable[[], object]) -> TuningWorker:
        return TuningWorker(models_file=settings.MODELS_FILE, should_stop=should_stop, patience=1, on_step=show)

    work_off(TUNINGS, tuning, make_worker, "tunings", bar)
    tuning.refresh_from_db()


def _report(command: BaseCommand, tuning: Tuning, options: dict[str, Any]) -> None:
    adapter = Adapter.objects.get(tuning=tuning)
    if options["add"]:
        add_adapter(settings.MODELS_FILE, adapter, options["add"])
    found = as_object(tuning, adapter)
    if options["json"]:
        command.stdout.write(json.dumps(found, ensure_ascii=False))
        return
    command.stdout.write(
        f"{tuning.name}: {found['steps']} steps, loss {found['first_loss']:.3f} → {found['last_loss']:.3f}, adapter in"
        f" {found['adapter']}"
    )
    if options["add"]:
        command.stdout.write(f"{options['add']} is now a model in {settings.MODELS_FILE}.")
