"""Files that appear whole or not at all: what is half written stands beside them."""

from collections.abc import Iterable
from pathlib import Path


class Unwritable(RuntimeError):
    """The file cannot be written; the message is one sentence that names it and says what to do."""


def check_writable(path: Path) -> None:
    """Tries it, so that nobody works for hours toward a file that cannot be. Raises Unwritable, and leaves nothing."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError(f"{path} is no file")  # / and the empty path neither
        unfinished = _unfinished(path)
        unfinished.touch()
        unfinished.unlink()
    except (OSError, ValueError) as error:
        raise Unwritable(f"{path} cannot be written: name a file in a folder that you may write to.") from error


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Writes ``pieces`` as they come; what was at ``path`` stays until all are written, and for good if one fails.

    Raises Unwritable, or whatever ``pieces`` raises. Line ends are written as they are.
    """
    check_writable(path)
    unfinished = _unfinished(path)
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        unfinished.replace(path)
    except OSError as error:
        raise Unwritable(
            f"{path} could not be written ({error.strerror}): make room or name another file, and repeat the command."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")
