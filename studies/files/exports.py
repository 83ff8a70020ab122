"""Dialogues as files: JSON lines in the official format, or a table with a row a turn."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db.models import QuerySet

from studies.files.records import write_records
from studies.files.tables import BYTE_ORDER_MARK, Write, write_row, write_spreadsheet_row
from studies.files.turn_records import turns_with_tries, write_turn
from studies.models import Dialogue, Study, Turn, Typing

COLUMNS = (
    "dialogue",
    "kind",
    "persona_id",
    "persona",
    "goal",
    "domain",
    "inquirer",
    "responder",
    "seed",
    "ending",
    "turn",
    "utterance",
    "response",
    "utterance_tokens",
    "response_tokens",
    "state",
    "sent_at",
    *Typing.MEASURES,
    "tries",
)
FORMS = ("jsonl", "csv", "spreadsheet")
"""``spreadsheet`` is the CSV that spreadsheet programs open without running what people typed."""


Piece = TypeVar("Piece")


class Incomplete(RuntimeError):
    """Fewer or more was written than the database holds."""


def export_dialogues(study: Study, kind: str = "all", form: str = "jsonl") -> Iterator[str]:
    """The study's dialogues of ``kind`` ("all", "natural", "simulated") as one of FORMS, a piece a dialogue.

    Only those that have ended: half a dialogue is no result. Streamed. Raises Incomplete at the end when the pieces are
    not as many as the dialogues held at the start.
    """
    dialogues = chosen_dialogues(study, kind)
    expected = dialogues.count()
    if form != "jsonl":
        yield table_head(form, COLUMNS)
    yield from counted(_pieces(dialogues, form), expected, "dialogues")


def counted(pieces: Iterable[Piece], expected: int, noun: str) -> Iterator[Piece]:
    """Yield the pieces, one for each thing. Raises Incomplete after the last unless as many came as expected."""
    written = 0
    for written, piece in enumerate(pieces, start=1):  # noqa: B007  the count is wanted after the loop
        yield piece
    if written != expected:
        raise Incomplete(f"{written} of {expected} {noun} were written: the study changed meanwhile, export it again.")


def chosen_dialogues(study: Study, kind: str) -> QuerySet[Dialogue]:
    """The study's ended dialogues of ``kind`` as of now, oldest first: what begins later is not among them."""
    newest = study.dialogues.order_by("pk").last()
    ended = study.dialogues.filter(pk__lte=newest.pk if newest else 0).exclude(ended_at=None)
    return _of_kind(ended.order_by("pk"), kind)


def unfinished_dialogues(study: Study, kind: str) -> QuerySet[Dialogue]:
    """The study's dialogues of ``kind`` that an export leaves out, because they have not ended."""
    return _of_kind(study.dialogues.filter(ended_at=None), kind)


def _of_kind(dialogues: QuerySet[Dialogue], kind: str) -> QuerySet[Dialogue]:
    return dialogues if kind == "all" else dialogues.filter(kind=kind)


def table_head(form: str, columns: Iterable[str]) -> str:
    """How a table of that form begins."""
    return (BYTE_ORDER_MARK if form == "spreadsheet" else "") + row_writer(form)(columns)


def row_writer(form: str) -> Write:
    """What makes the rows of a table of that form."""
    return write_spreadsheet_row if form == "spreadsheet" else write_row


def _pieces(dialogues: QuerySet[Dialogue], form: str) -> Iterator[str]:
    if form == "jsonl":
        return write_records(dialogues)
    write = row_writer(form)
    rows = dialogues.select_related("goal", "persona").prefetch_related(turns_with_tries())
    return (_rows(dialogue, write) for dialogue in rows.iterator(chunk_size=100))


def _rows(dialogue: Dialogue, write: Write) -> str:
    """A row a turn; a dialogue without turns keeps one row, so that no dialogue is missing from the table."""
    known = [
        dialogue.token,
        dialogue.kind,
        dialogue.persona.code,
        dialogue.persona_sentence,
        dialogue.goal.number,
        dialogue.goal.domain,
        dialogue.inquirer.get("model", ""),
        dialogue.responder.get("model", ""),
        dialogue.seed,
        dialogue.ending,
    ]
    is_natural = dialogue.kind == Dialogue.Kind.NATURAL
    turns = [_said(turn) + (_came_about(turn, dialogue) if is_natural else []) for turn in dialogue.turns.all()]
    return "".join(write(_filled([*known, *turn])) for turn in turns or [[]])


def _said(turn: Turn) -> list[object]:
    return [turn.position, turn.utterance, turn.response, turn.utterance_tokens, turn.response_tokens]


def _came_about(turn: Turn, dialogue: Dialogue) -> list[object]:
    """Of a person's turn: its state, when and how it was typed, and the chatbot's tries as JSON."""
    written = write_turn(turn, is_imported=bool(dialogue.imported_from))
    typing = written["typing"] or {}
    tries = json.dumps([_as_read(one) for one in written["tries"]], ensure_ascii=False)
    return [turn.state, written["sent_at"], *(typing.get(name) for name in Typing.MEASURES), tries]


def _as_read(tried: dict[str, Any]) -> dict[str, Any]:
    """A try without what only JSON lines hold: what models put out raw."""
    return {name: value for name, value in tried.items() if name != "raw"}


def _filled(values: list[object]) -> list[object]:
    return values + [None] * (len(COLUMNS) - len(values))
