"""The demo's login and its runs."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from collection.settings_of_studies import DEMO_CHATBOT
from simulation.models import Run
from simulation.requests import RunRequest
from simulation.services import find_run, queue_run, request_run
from studies.language_models.catalogue import read_catalogue
from studies.models import Study

USERNAME = "researcher"
MODEL = "tiny"


@dataclass(frozen=True, slots=True)
class Login:
    """The staff user and their password; None once they have changed it."""

    username: str
    password: str | None


@transaction.atomic
def ensure_login(password_file: Path) -> Login:
    """Return the demo's staff user; create it with a random password if it does not exist.

    The password is stored in ``password_file``, so that every start can print it. An existing password never changes.
    """
    user, _ = User.objects.get_or_create(username=USERNAME, defaults={"is_staff": True, "is_superuser": True})
    if not user.password:
        user.set_password(_write_password(password_file))
        user.save(update_fields=["password"])
    password = password_file.read_text("utf-8") if password_file.exists() else ""
    return Login(USERNAME, password if user.check_password(password) else None)


def ensure_run(study: Study) -> Run:
    """Return the study's run of all personas and goals with the embedded model as both speakers; queue it the first time.

    A repeated request finds the same run, whatever other runs of that model exist. Raises RequestError if the model cannot
    run.
    """
    request = RunRequest(MODEL, MODEL)
    run = find_run(study, request) or request_run(study, request)  # a repeated request would start a cancelled run
    if _is_untouched(run):
        queue_run(run)
    return run


def prepare_small_run(study: Study) -> None:
    """Request a run of six dialogues with a real model as responder, which a researcher may start. Do so only once.

    Without that model there is none.
    """
    request = RunRequest(MODEL, DEMO_CHATBOT, goals=(7, 8, 9), personas="2")
    if read_catalogue().is_complete(DEMO_CHATBOT) and find_run(study, request) is None:
        request_run(study, request)


def _is_untouched(run: Run) -> bool:
    """Return whether the run was never started. A run that was paused or stopped is left to its researchers."""
    is_waiting = run.state == Run.State.PAUSED and not run.is_queued and not run.message
    return is_waiting and not run.simulations.filter(dialogue__isnull=False).exists()


def _write_password(file: Path) -> str:
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(password)
    return password
