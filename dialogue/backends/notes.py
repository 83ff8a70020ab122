"""The folder in which backends note what they measure on this machine, so that it is measured once."""

from pathlib import Path

_folder: Path | None = None


def keep_in(folder: Path | None) -> None:
    """Keep notes in this folder from now on, which need not exist; in none, everything is measured again."""
    global _folder  # noqa: PLW0603 # a process has one such folder, as it has one set of open models
    _folder = folder


def folder() -> Path | None:
    """Return the folder, if any."""
    return _folder
