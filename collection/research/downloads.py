"""Downloads of a study's data, which are completely written and counted before they are sent."""

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
from collection.research.condition_counts import ConditionLine, read_condition_lines
from studies.audit import Verb, record
from studies.files.codebook import export_codebook
from studies.files.exports import chosen_dialogues, export_dialogues, unfinished_dialogues, unsafe_dialogues
from studies.models import Dialogue, Study
from studies.questionnaires import read_questions

CHUNK = 64 * 1024
Export = Callable[[Study], Iterator[str]]


def _dialogues(kind: str, form: str, *, takes_unsafe: bool = False, takes_texts: bool = False) -> Export:
    return partial(export_dialogues, kind=kind, form=form, takes_unsafe=takes_unsafe, takes_texts=takes_texts)


def _answers(form: str, *, named: bool = False, with_texts: bool = False) -> Export:
    return partial(export_answers, form=form, with_external_ids=named, with_texts=with_texts)


DOWNLOADS: dict[str, Export] = {
    "natural.jsonl": _dialogues("natural", "jsonl"),
    "natural.csv": _dialogues("natural", "csv"),
    "natural-spreadsheet.csv": _dialogues("natural", "spreadsheet"),
    "simulated.jsonl": _dialogues("simulated", "jsonl"),
    "simulated.csv": _dialogues("simulated", "csv"),
    "simulated-spreadsheet.csv": _dialogues("simulated", "spreadsheet"),
    "natural-with-unsafe.jsonl": _dialogues("natural", "jsonl", takes_unsafe=True),
    "simulated-with-unsafe.jsonl": _dialogues("simulated", "jsonl", takes_unsafe=True),
    "branch-with-unsafe.jsonl": _dialogues("branch", "jsonl", takes_unsafe=True),
    "branch.jsonl": _dialogues("branch", "jsonl"),
    "branch.csv": _dialogues("branch", "csv"),
    "branch-spreadsheet.csv": _dialogues("branch", "spreadsheet"),
    "answers.csv": _answers("csv"),
    "answers-spreadsheet.csv": _answers("spreadsheet"),
    "answers-with-free-text.csv": _answers("csv", with_texts=True),
    "answers-with-free-text-spreadsheet.csv": _answers("spreadsheet", with_texts=True),
    "natural-with-free-text.jsonl": _dialogues("natural", "jsonl", takes_texts=True),
    "codebook.csv": partial(export_codebook, form="csv"),
    "codebook-spreadsheet.csv": partial(export_codebook, form="spreadsheet"),
    "answers-with-external-ids.csv": _answers("spreadsheet", named=True),
}


@dataclass(frozen=True, slots=True)
class KindLine:
    """The number of dialogues of one kind in an export, and of those left out because they are in progress or unsafe."""

    kind: str
    ended: int
    going_on: int
    unsafe: int = 0

    @property
    def has_any(self) -> bool:
        return bool(self.ended or self.going_on or self.unsafe)

    @property
    def name(self) -> str:
        return "branches" if self.kind == Dialogue.Kind.BRANCH else f"{self.kind} dialogues"


@dataclass(frozen=True, slots=True)
class DataPage:
    """The data that can be exported from a study; ``has_texts`` if it asks questions that people answer in their own words."""

    study: Study
    kinds: list[KindLine]
    participants: int
    named: int
    conditions: list[ConditionLine]
    has_texts: bool


def read_data(study: Study) -> DataPage:
    """Count the current entries of each file of the study. Branches are listed if there are any."""
    lines = [
        KindLine(
            kind,
            chosen_dialogues(study, kind).count(),
            unfinished_dialogues(study, kind).count(),
            unsafe_dialogues(study, kind).count(),
        )
        for kind in Dialogue.Kind.values
    ]
    named = study.participants.exclude(external_id="").count()
    kinds = [line for line in lines if line.kind != Dialogue.Kind.BRANCH or line.has_any]
    conditions = read_condition_lines(study, timezone.now())
    has_texts = any(question.is_free_text for question in read_questions(study.questionnaire))
    return DataPage(study, kinds, known_participants(study).count(), named, conditions, has_texts)


def send_download(request: HttpRequest, study: Study, name: str) -> StreamingHttpResponse:
    """Return the study's file ``name``, one of DOWNLOADS. Raises Incomplete."""
    return send_file(request, DOWNLOADS[name](study), study, study.slug, name)


def send_file(
    request: HttpRequest, pieces: Iterable[str], study: Study | None, stem: str, name: str
) -> StreamingHttpResponse:
    """Return the pieces as a download, named by its stem, the date and ``name``, and record the export.

    It is written completely before the first byte is sent, because an interrupted download looks complete. Raises any error
    of ``pieces``.
    """
    file = _write(pieces)
    record(study, Verb.EXPORTED, f"{stem}-{name}", about=stem)
    content = _read_later(file) if isinstance(request, ASGIRequest) else _read(file)
    kind = "application/jsonl" if name.endswith(".jsonl") else "text/csv"
    called = f"{stem}-{timezone.now():%Y-%m-%d}-{name}"
    headers = {"Content-Disposition": f'attachment; filename="{called}"', "Content-Length": str(_size(file))}
    return StreamingHttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)


def _write(pieces: Iterable[str]) -> IO[bytes]:
    """Write a temporary file in the private data folder; closing it deletes it."""
    file = TemporaryFile(dir=Path(settings.VAR_DIR))  # noqa: SIM115  stays open until it is sent
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
    """Yield the file asynchronously, because an asynchronous server would read a synchronous iterator into memory at once."""
    with file:
        for chunk in iter(partial(file.read, CHUNK), b""):
            yield chunk
