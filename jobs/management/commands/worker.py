"""``manage.py worker``: start a Celery worker for certain models, for computing, or for everything."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from celery.bin.celery import celery
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.visible_gpu import use_only
from dialogue.models_file import InvalidModelsFile, UnknownModel, find_model
from jobs.routing import COMPUTING, queue_of


class Command(BaseCommand):
    help = "Start a worker. Without options it serves everything: all models in models.toml, and computing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--models", default="", help="serve only jobs that need no other models, for example llama-2,mixtral"
        )
        parser.add_argument("--computing", action="store_true", help="serve analyses and power estimates")
        parser.add_argument(
            "--gpu",
            type=int,
            metavar="N",
            help="use only this GPU, by its number in nvidia-smi; start a worker for each GPU",
        )
        parser.add_argument("--loglevel", default="WARNING", help="Celery's log level (default: WARNING)")

    def handle(self, **options: Any) -> None:
        queues = list(_queues(options["models"], is_computing=options["computing"]))
        if options["gpu"] is not None:
            _use_gpu(options["gpu"])
        name = f"worker-{os.getpid()}@%h"
        command = ["--quiet", "-A", "roleplay_site", "worker", "--loglevel", options["loglevel"], "-n", name]
        only = ["-Q", ",".join(queues)] if queues else []
        celery.main([*command, *only], prog_name="celery", auto_envvar_prefix="CELERY")


def _use_gpu(number: int) -> None:
    try:
        use_only(number)
    except ModelMisconfigured as error:
        raise CommandError(str(error), returncode=2) from error


def _queues(models: str, *, is_computing: bool) -> Iterator[str]:
    for name in filter(None, (part.strip() for part in models.split(","))):
        try:
            yield queue_of(find_model(settings.MODELS_FILE, name).name)
        except (UnknownModel, InvalidModelsFile) as error:
            raise CommandError(str(error), returncode=2) from error
    if is_computing:
        yield COMPUTING
