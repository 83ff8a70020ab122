"""The folder that holds what must not be read by others: the database, the session key, what people wrote."""

import errno
import os
import stat
from pathlib import Path

OWNER_ONLY = 0o700


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
