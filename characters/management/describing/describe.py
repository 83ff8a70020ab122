"""``characters describe``: let a model describe a character, in this process or in the workers."""

import json
import sys
from argparse import ArgumentParser, _SubParsersAction
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from characters.describing.descriptions import DESCRIPTIONS, described_as, request_description
from characters.describing.workers import DescriptionWorker
from characters.models import Description, DescriptionStep
from characters.profiles import find_character
from characters.quantities import counted
from characters.refusals import CharacterRefused
from dialogue.backends import registry
from jobs.heartbeats import live_services
from jobs.routing import missing_worker
from jobs.workers import stop_on_signal
from studies.commands import refuse_idle_options, refuse_unfit

PATIENCE = 2
"""The second infrastructure error of a question ends the command, because its user is waiting."""
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
        _queue(command, job)
        return
    _work_off(job)
    character.refresh_from_db()
    _report(command, job, as_json=options["json"])


def _queue(command: BaseCommand, job: Description) -> None:
    DESCRIPTIONS.queue(job)
    command.stderr.write(f"Queued: {counted(_left(job), 'question')} about {job.character.name}.")
    if sentence := missing_worker(job, live_services()):
        command.stderr.write(sentence)


def _work_off(job: Description) -> None:
    """Ask what is left in this process. Raises CharacterRefused or CommandError unless everything is answered."""
    DESCRIPTIONS.start(job)
    bar = tqdm(total=_left(job) + _is_to_be_converted(job), file=sys.stderr, unit="answer", dynamic_ncols=True)
    try:
        with stop_on_signal() as stop, bar:
            worker = DescriptionWorker(
                models_file=settings.MODELS_FILE, patience=PATIENCE, should_stop=stop.is_set, on_step=bar.update
            )
            async_to_sync(worker.work_off)(DescriptionStep.objects.filter(description=job))
    finally:
        DESCRIPTIONS.leave(job)
        async_to_sync(registry.close_models)()
    if _left(job):
        raise _incomplete(job)


def _left(job: Description) -> int:
    return job.steps.filter(finished_at=None).count()


def _is_to_be_converted(job: Description) -> bool:
    return not job.steps.filter(step="second_person").exists()


def _incomplete(job: Description) -> Exception:
    if job.message:
        return CharacterRefused(job.message)
    return CommandError(
        f"Stopped with {counted(_left(job), 'question')} left. Repeat the command to continue.", returncode=130
    )


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
