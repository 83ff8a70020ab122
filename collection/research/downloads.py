"""A study's data as files to take away: written and counted first, then sent."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from collection.answers import export_answers, known_participants
from studies.files.exports import chosen_dialogues, export_dialogues, unfinished_dialogues
from studies.models import Dialogue, Study

CHUNK = 64 * 1024
Export = Callable[[Study], Iterator[str]]


def _dialogues(kind: str, form: str) -> Export:
    return partial(export_dialogues, kind=kind, form=form)


def _answers(form: str, *, named: bool = False) -> Export:
    return partial(export_answers, form=form, with_external_ids=named)


DOWNLOADS: dict[str, Export] = {
    "natural.jsonl": _dialogues("natural", "jsonl"),
    "natural.csv": _dialogues("natural", "csv"),
    "natural-spreadsheet.csv": _dialogues("natural", "spreadsheet"),
    "simulated.jsonl": _dialogues("simulated", "jsonl"),
    "simulated.csv": _dialogues("simulated", "csv"),
    "simulated-spreadsheet.csv": _dialogues("simulated", "spreadsheet"),
    "answers.csv": _answers("csv"),
    "answers-spreadsheet.csv": _answers("spreadsheet"),
    "answers-with-external-ids.csv": _answers("spreadsheet", named=True),
}


@dataclass(frozen=True, slots=True)
class KindLine:
    """How many dialogues of one kind an export holds, and how many it leaves out because they go on."""

    kind: str
    ended: int
    going_on: int


@dataclass(frozen=True, slots=True)
class DataPage:
    """What can be taken out of a study."""

    study: Study
    kinds: list[KindLine]
    participants: int
    named: int


def read_data(study: Study) -> DataPage:
    """What each file of the study holds as of now."""
    kinds = [
        KindLine(kind, chosen_dialogues(study, kind).count(), unfinished_dialogues(study, kind).count())
        for kind in Dialogue.Kind.values
    ]
    named = study.participants.exclude(external_id="").count()
    return DataPage(study, kinds, known_participants(study).count(), named)


def send_download(request: HttpRequest, study: Study, name: str) -> StreamingHttpResponse:
    """The study's file called ``name``, one of DOWNLOADS. Raises Incomplete."""
    return send_file(request, DOWNLOADS[name](study), study.slug, name)


def send_file(request: HttpRequest, pieces: Iterable[str], stem: str, name: str) -> StreamingHttpResponse:
    """The pieces as a file to take away, which is called by its stem, the day and its name.

    It is written whole before the first byte is sent: a download that breaks off looks like one that is complete. Raises
    whatever ``pieces`` raises.
    """
    file = _write(pieces)
    content = _read_later(file) if isinstance(request, ASGIRequest) else _read(file)
    kind = "application/jsonl" if name.endswith(".jsonl") else "text/csv"
    called = f"{stem}-{timezone.now():%Y-%m-%d}-{name}"
    headers = {"Content-Disposition": f'attachment; filename="{called}"', "Content-Length": str(_size(file))}
    return StreamingHttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)


def _write(pieces: Iterable[str]) -> IO[bytes]:
    """A nameless file, in the folder that is closed to other accounts: it is gone when it is closed."""
    file = TemporaryFile(dir=Path(settings.VAR_DIR))  # noqa: SIM115  it stays open until it is sent
    try:
        file.writelines(piece.encode() for piece in pieces)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, CHUNK), b"")


async def _read_later(file: IO[bytes]) -> AsyncIterator[bytes]:
    """For an asynchronous server, which would otherwise read the whole file into memory."""
    with file:
        for chunk in iter(partial(file.read, CHUNK), b""):
            yield chunk
