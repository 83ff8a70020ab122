"""``characters describe``: let a model describe a character, in this process or in the workers."""

import json
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from characters.describing.descriptions import DESCRIPTIONS, described_as, request_description
from characters.describing.workers import DescriptionWorker
from characters.management.terminal_work import PATIENCE, progress_bar, queue_up, work_off
from characters.models import Description
from characters.profiles import find_character
from studies.commands import refuse_idle_options, refuse_unfit

_ABOUT = (
    "Ask a model five questions about a character, so that you can see whether it knows the role, and let it write the "
    "description and the catchphrases. A description that the character already has stays; its page offers the new one."
)


def add_describe(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    parser: ArgumentParser = actions.add_parser("describe", help="let a model describe a character", description=_ABOUT)
    parser.add_argument("name", metavar="NAME", help="the character's name")
    parser.add_argument("--model", required=True, help="name of the model in models.toml")
    parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_describe)


def _describe(command: BaseCommand, options: dict[str, Any]) -> None:
    """Describe the character. Raises CharacterRefused or CommandError."""
    refuse_idle_options(options)
    character = find_character(options["name"])
    job = request_description(character, options["model"])
    refuse_unfit(options["model"])
    if options["queue"]:
        for sentence in queue_up(DESCRIPTIONS, job, "questions"):
            command.stderr.write(sentence)
        return
    _work_off(job)
    character.refresh_from_db()
    _report(command, job, as_json=options["json"])


def _work_off(job: Description) -> None:
    """Ask what is left in this process. Raises CommandError unless everything is answered."""
    left = job.steps.filter(finished_at=None).count()
    is_to_be_converted = not job.steps.filter(step="second_person").exists()
    work_off(DESCRIPTIONS, job, _make_worker, "questions", progress_bar("answers", left + is_to_be_converted))


def _make_worker(should_stop: Callable[[], bool], on_step: Callable[[], object]) -> DescriptionWorker:
    return DescriptionWorker(settings.MODELS_FILE, patience=PATIENCE, should_stop=should_stop, on_step=on_step)


def _report(command: BaseCommand, job: Description, *, as_json: bool) -> None:
    description, catchphrases = described_as(job)
    answers = list(job.steps.filter(step="audit").order_by("position").values_list("question", "text"))
    is_used = job.character.description == description
    if as_json:
        found = {"name": job.character.name, "model": job.model, "description": description}
        audit = [{"question": question, "answer": answer} for question, answer in answers]
        told = found | {"catchphrases": catchphrases, "audit": audit, "is_used": is_used}
        command.stdout.write(json.dumps(told, ensure_ascii=False))
        return
    for question, answer in answers:
        command.stdout.write(f"{question}\n  {answer}\n")
    command.stdout.write(f"Description: {description}")
    command.stdout.write(f"Catchphrases: {' / '.join(catchphrases) or 'none'}")
    command.stdout.write(
        "Not audited yet. Accept or reject the answers on the character's page."
        if is_used
        else "The character keeps its other description. Its page lets you use this one."
    )
