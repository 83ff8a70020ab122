"""Writing several files, all of them or none."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory


class Unwritable(OSError):
    """The files cannot be written; the message is a sentence that says what to do."""


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> list[Path]:
    """Writes the files into ``folder``, making it if needed, and gives their paths. What else is there stays.

    All are made before anything is written, and written elsewhere first: if one cannot be made or written, none comes, and
    whoever interrupts meanwhile leaves nothing behind. Raises Unwritable, or whatever ``files`` raises.
    """
    made = list(files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            names = [_write(Path(unfinished), name, content) for name, content in made]
            return [(Path(unfinished) / name).replace(folder / name) for name in names]
    except OSError as error:
        raise Unwritable(
            f"{folder} cannot be written ({error.strerror}): name a folder that you may write to."
        ) from error


def _write(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return name
