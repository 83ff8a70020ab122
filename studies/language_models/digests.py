"""Cached SHA-256 digests of model files: hashing ten gigabytes takes half a minute."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from dialogue.backends import notes
from dialogue.model_config import sha256


def remembered(folder: Path) -> Callable[[Path], str]:
    """Return a ``sha256`` that caches its results in ``folder``, by path, size and modification time, for all processes."""

    def digest(path: Path) -> str:
        stat = path.stat()
        version = f"{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}"
        note = folder / hashlib.sha256(version.encode()).hexdigest()
        if not note.exists():
            notes.write(note, sha256(path))
        return note.read_text("ascii")

    return digest
