"""``manage.py demo``: prepare the demo, then start its processes."""

import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import connections
from django.urls import reverse

from analysis.study.reports import ensure_report
from characters.rehearsal.loading import load_character
from evaluation.rehearsal.loading import REHEARSAL, open_rehearsal
from roleplay_site import processes
from roleplay_site.demo import Login, ensure_login, ensure_run, prepare_small_run
from simulation.requests import RequestError
from studies.models import Study
from studies.services import DEMO


class Command(BaseCommand):
    """Existing data stay unchanged, so every start is the same."""

    help = "Migrate, load the demo study, create a login, queue a first run and start the processes of the Procfile."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the site (default: 8000)")
        parser.add_argument(
            "--prepare-only", action="store_true", help="prepare the demo without starting its processes"
        )

    def handle(self, *, port: int, prepare_only: bool, **options: Any) -> None:
        if not processes.is_port_free(port):
            raise CommandError(
                f"Port {port} is in use. Stop the program that uses it, or choose another port with make demo PORT=8001."
            )
        try:
            invitation = self._prepare(port)
        except KeyboardInterrupt:
            sys.exit(130)
        if prepare_only:
            self.stdout.write(invitation)
        else:
            sys.exit(self._start(port, invitation))

    def _prepare(self, port: int) -> str:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
        call_command("load_rehearsal", stdout=self.stdout)
        load_character()
        for study in Study.objects.filter(slug=REHEARSAL):
            ensure_report(study)
        site = f"http://{processes.LOOPBACK}:{port}"
        login = ensure_login(settings.VAR_DIR / "demo_password")
        links = [("Take part", f"{site}{reverse('welcome', args=[DEMO])}")]
        if (rehearsal := open_rehearsal()) is not None:
            judge = reverse("judge-welcome", args=[rehearsal.study.slug, rehearsal.number])
            links.append(("Judge pairs", f"{site}{judge}"))
        return _invitation(f"{site}{self._path()}", links, login)

    def _path(self) -> str:
        """Return the path of the demo's run, or of the list of studies if the embedded model cannot run."""
        study = Study.objects.get(slug=DEMO)
        try:
            run = ensure_run(study)
            prepare_small_run(study)
        except RequestError as error:
            self.stderr.write(f"The demo run cannot be queued: {error}")
            return reverse("studies")
        return reverse("run", args=[run.token])

    def _start(self, port: int, invitation: str) -> int:
        connections.close_all()
        self.stdout.write("Starting …")
        return processes.run(settings.BASE_DIR / "Procfile", port, lambda: self.stdout.write(invitation))


def _invitation(address: str, links: Iterable[tuple[str, str]], login: Login) -> str:
    password = login.password or f"your own (reset: python manage.py changepassword {login.username})"
    listed = "\n".join(f"  {label:<11} {link}" for label, link in links)
    return f"""
  Open        {address}
  Login       {login.username}
  Password    {password}

{listed}

  The first page fills up while the worker simulates. Press Ctrl-C to stop everything. The data stay in
  {settings.VAR_DIR}, and the next start continues from there.
"""
