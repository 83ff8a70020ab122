"""Makes everything ready for the demo and says where it is."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from collection.models import Study
from roleplay_site.demo import Login, ensure_login, ensure_run, is_port_free
from simulation.requests import RequestError


class Command(BaseCommand):
    """Called at every start of the demo; what is there already stays as it is."""

    help = "Migrates, loads the demo study, makes a login and queues a first run; safe to repeat."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the site will listen (8000)")

    def handle(self, *, port: int, **options: Any) -> None:
        if not is_port_free(port):
            raise CommandError(f"Port {port} is taken: stop what uses it, or choose another with make demo PORT=8001.")
        call_command("migrate", verbosity=0)
        call_command("load_demo", verbosity=0)
        address = f"http://127.0.0.1:{port}{self._run_path()}"
        self.stdout.write(_banner(address, ensure_login(settings.VAR_DIR / "demo_password")))

    def _run_path(self) -> str:
        """The page of the demo's run; without the embedded model the site works all the same."""
        try:
            return f"/runs/{ensure_run(Study.objects.get(slug='demo')).token}/"
        except RequestError as error:
            self.stderr.write(f"There is no demo run: {error}")
            return "/"


def _banner(address: str, login: Login) -> str:
    password = login.password or f"the one you chose (reset: python manage.py changepassword {login.username})"
    return f"""
  Open      {address}
  Login     {login.username}
  Password  {password}

  The page answers in a few seconds and fills up while the worker simulates. Ctrl-C stops everything;
  the data stay in {settings.VAR_DIR}, and the next start goes on from there.
"""
