"""The private data folder with the database, the secret key and people's texts."""

import errno
import os
import stat
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

OWNER_ONLY = 0o700


def make_data_folder(folder: Path, *, beside: Path) -> None:
    """Make the folder private. Raises ImproperlyConfigured if it cannot be used.

    It must not contain the code, ``beside``, which stays open to other accounts: an empty VAR_DIR names the current folder.
    """
    if beside.is_relative_to(folder.resolve()):
        raise ImproperlyConfigured("VAR_DIR must name a separate folder. This one contains the site's code.")
    try:
        make_private(folder)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {folder} for the site's data cannot be used ({error.strerror}). Correct the environment variable"
            " VAR_DIR, or let this account write there."
        ) from error


def make_private(folder: Path) -> None:
    """Make the folder, or close our existing one to other accounts, so that its files are closed, too.

    The files keep the modes that their libraries set. A folder of another account is not changed: a command run as root must
    not change who may enter it. Raises OSError if the folder cannot be made or written.
    """
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) != OWNER_ONLY:
        folder.chmod(OWNER_ONLY)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
