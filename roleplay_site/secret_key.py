"""The site's secret key if the environment does not set one."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def read_or_create(path: Path) -> str:
    """Return the key in ``path``. The first call creates a file that only its owner can read.

    Site and worker may start at the same moment; the first to create the file decides.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(get_random_secret_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
