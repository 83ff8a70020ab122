"""Folders that appear either complete or not at all; an unfinished one has another name."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studies.files.whole_files import Unwritable


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, which becomes ``path`` at the end, and disappears if an error ends it.

    Raises Unwritable, also if there is something at ``path``.
    """
    if path.exists():
        raise Unwritable(f"{path} exists already. Name a folder that does not exist yet.")
    unfinished = path.with_name(f"{path.name}.part")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        unfinished.rename(path)
    except (OSError, ValueError) as error:
        raise Unwritable(
            f"{path} could not be written ({error}). Name a folder in a place that you may write to."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
