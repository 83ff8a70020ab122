"""Files that appear either complete or not at all; an unfinished one has another name."""

from collections.abc import Iterable
from pathlib import Path


class Unwritable(RuntimeError):
    """The file cannot be written; the message is one sentence that names it and says what to do."""


def check_writable(path: Path) -> None:
    """Try to write the file before hours of work, and leave nothing behind. Raises Unwritable."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError(f"{path} is not a file")  # neither are / and the empty path
        unfinished = _unfinished(path)
        unfinished.touch()
        unfinished.unlink()
    except (OSError, ValueError) as error:
        raise Unwritable(f"{path} cannot be written. Name a file in a folder that you may write to.") from error


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write ``pieces`` as they come. A file at ``path`` is replaced after the last piece, and stays if one fails.

    Line ends are written unchanged. Raises Unwritable, or any error of ``pieces``.
    """
    check_writable(path)
    unfinished = _unfinished(path)
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        unfinished.replace(path)
    except OSError as error:
        raise Unwritable(
            f"{path} could not be written ({error.strerror}). Free some space or name another file, then repeat the command."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")
