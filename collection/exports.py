"""Dialogues as files: JSON lines in the official format, or a table with a row a turn."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from django.db.models import QuerySet

from collection.models import Dialogue, Study, Turn
from collection.records import write_records

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
)


class Incomplete(RuntimeError):
    """Fewer or more dialogues were written than the database holds."""


def export_dialogues(study: Study, kind: str = "all", form: str = "jsonl") -> Iterator[str]:
    """The study's dialogues of ``kind`` ("all", "natural", "simulated") as ``form`` ("jsonl", "csv"), a piece a dialogue.

    Only those that have ended: half a dialogue is no result. Streamed. Raises Incomplete at the end when the pieces are
    not as many as the dialogues held at the start.
    """
    dialogues = chosen_dialogues(study, kind)
    expected = dialogues.count()
    if form == "csv":
        yield _row(COLUMNS)
    written = 0
    for written, piece in enumerate(_pieces(dialogues, form), start=1):  # noqa: B007  the count is wanted after the loop
        yield piece
    if written != expected:
        raise Incomplete(
            f"{written} of {expected} dialogues were written: the study changed meanwhile, export it again."
        )


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


def _pieces(dialogues: QuerySet[Dialogue], form: str) -> Iterator[str]:
    if form == "jsonl":
        return write_records(dialogues)
    rows = dialogues.select_related("goal", "persona").prefetch_related("turns")
    return (_rows(dialogue) for dialogue in rows.iterator(chunk_size=100))


def _rows(dialogue: Dialogue) -> str:
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
    turns = list(dialogue.turns.all())
    return "".join(_row([*known, *_said(turn)]) for turn in turns) or _row([*known, None, "", "", None, None])


def _said(turn: Turn) -> list[object]:
    return [turn.position, turn.utterance, turn.response, turn.utterance_tokens, turn.response_tokens]


def _row(values: Iterable[object]) -> str:
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
