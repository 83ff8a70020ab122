"""The folder in which backends note what they measure on this machine, so that it is measured once."""

import os
from pathlib import Path

_folder: Path | None = None


def keep_in(folder: Path | None) -> None:
    """Keep notes in this folder from now on, which need not exist; in none, everything is measured again."""
    global _folder  # noqa: PLW0603 # a process has one such folder, as it has one set of open models
    _folder = folder


def write(note: Path, text: str) -> None:
    """Write a note so that other processes see either all of it or nothing."""
    note.parent.mkdir(parents=True, exist_ok=True)
    draft = note.with_name(f"{note.name}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(note)


def folder() -> Path | None:
    """Return the folder, if any."""
    return _folder
