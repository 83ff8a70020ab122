"""What the demo needs beside the study: somebody who can log in, and a run to look at."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from simulation.models import Run
from simulation.requests import RunRequest
from simulation.services import find_run, queue_run, request_run
from studies.models import Study

USERNAME = "researcher"
MODEL = "tiny"


@dataclass(frozen=True, slots=True)
class Login:
    """The staff user and their password, which is unknown once they have chosen their own."""

    username: str
    password: str | None


@transaction.atomic
def ensure_login(password_file: Path) -> Login:
    """The demo's staff user, made with a random password if missing; an existing password is never changed.

    The password is kept in ``password_file``, so that every start can print it.
    """
    user, _ = User.objects.get_or_create(username=USERNAME, defaults={"is_staff": True, "is_superuser": True})
    if not user.password:
        user.set_password(_write_password(password_file))
        user.save(update_fields=["password"])
    password = password_file.read_text("utf-8") if password_file.exists() else ""
    return Login(USERNAME, password if user.check_password(password) else None)


def ensure_run(study: Study) -> Run:
    """The study's run of everything with the embedded model on both sides, queued for the workers unless it was before.

    Other runs of that model stay out of it: asking again for the same run finds it. Raises RequestError when that model
    cannot play.
    """
    request = RunRequest(MODEL, MODEL)
    run = find_run(study, request) or request_run(study, request)  # asking again would start a cancelled one
    if _is_untouched(run):
        queue_run(run)
    return run


def _is_untouched(run: Run) -> bool:
    """Whether nobody has started the run yet: one that was paused, or stopped with a message, is left to its researcher."""
    is_waiting = run.state == Run.State.PAUSED and not run.is_queued and not run.message
    return is_waiting and not run.simulations.filter(dialogue__isnull=False).exists()


def _write_password(file: Path) -> str:
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(password)
    return password
