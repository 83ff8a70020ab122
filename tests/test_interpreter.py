"""Programs in separate processes."""

import os
from pathlib import Path

from tests.interpreter import Interpreter


def test_a_program_runs_without_pytests_environment(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    program = "from django.conf import settings; print(settings.ROOT_URLCONF)"
    assert Interpreter(environment | {"VAR_DIR": str(tmp_path)}).run(program) == "roleplay_site.urls\n"
