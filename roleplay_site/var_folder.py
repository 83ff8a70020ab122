"""The folder that holds what must not be read by others: the database, the session key, what people wrote."""

import errno
import os
import stat
from pathlib import Path

OWNER_ONLY = 0o700


def make_private(folder: Path) -> None:
    """Makes the folder, or closes an existing one of ours to other accounts, so that whatever lies in it is closed too.

    The files keep the modes that their libraries give them. A folder of somebody else is left as it is: a command run
    as root must not change who may enter it. Raises OSError when it cannot be made or written.
    """
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) != OWNER_ONLY:
        folder.chmod(OWNER_ONLY)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
