"""Dialogues as files: JSON lines in the official format, or a table with one row per turn."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db.models import Max, QuerySet

from dialogue.answers import show_answer
from studies.files.annotations import annotations, exclusion_of
from studies.files.person_answers import AnswersToExport
from studies.files.records import write_records
from studies.files.tables import BYTE_ORDER_MARK, Write, write_row, write_spreadsheet_row
from studies.files.turn_records import turns_with_tries, write_turn
from studies.models import Dialogue, Study, Turn, Typing, is_unsafe
from studies.recorded_roles import named_roles

_ADDED = ("excluded", "tags")
"""What researchers added: the reason of an exclusion, and tags. They are in every row of the dialogue."""
COLUMNS = (
    "dialogue",
    "kind",
    "persona_id",
    "persona",
    "goal",
    "domain",
    "inquirer",
    "character",
    "elicitation",
    "responder",
    "responder_character",
    "condition",
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
    *_ADDED,
)
FORMS = ("jsonl", "csv", "spreadsheet")
"""``spreadsheet`` is CSV in which spreadsheet programs run no text as a formula."""


Piece = TypeVar("Piece")


class Incomplete(RuntimeError):
    """The export does not have as many entries as the database."""


def export_dialogues(
    study: Study, kind: str = "all", form: str = "jsonl", *, takes_unsafe: bool = False, takes_texts: bool = False
) -> Iterator[str]:
    """Yield the study's dialogues of ``kind`` as one of FORMS, one piece per dialogue. "all" is without branches.

    Unfinished dialogues are left out; so are unsafe ones unless ``takes_unsafe``, and people's own words among their answers
    unless ``takes_texts``. Raises Incomplete at the end if the number of pieces differs from the number of dialogues at the
    start.
    """
    dialogues = chosen_dialogues(study, kind, takes_unsafe=takes_unsafe)
    expected = dialogues.count()
    answers = AnswersToExport(study, takes_texts)
    if form != "jsonl":
        yield table_head(form, [*COLUMNS, *(f"survey.{question.key}" for question in answers.surveys)])
    yield from counted(_pieces(dialogues, form, answers), expected, "dialogues")


def counted(pieces: Iterable[Piece], expected: int, noun: str) -> Iterator[Piece]:
    """Yield the pieces, one per entry. Raises Incomplete after the last if their number is not as expected."""
    written = 0
    for written, piece in enumerate(pieces, start=1):  # noqa: B007  the count is used after the loop
        yield piece
    if written != expected:
        raise Incomplete(
            f"{written} of {expected} {noun} were written, because the study changed in the meantime. Export it again."
        )


def chosen_dialogues(study: Study, kind: str, *, takes_unsafe: bool = False) -> QuerySet[Dialogue]:
    """Return the study's ended dialogues of ``kind``, oldest first, without those that begin later.

    Failed dialogues that were replaced are left out, and unsafe ones unless they are asked for.
    """
    ended = _ended_dialogues(study, kind)
    return ended if takes_unsafe else ended.exclude(is_unsafe())


def unsafe_dialogues(study: Study, kind: str) -> QuerySet[Dialogue]:
    """Return the study's ended dialogues of ``kind`` that an export leaves out because they are unsafe."""
    return _ended_dialogues(study, kind).filter(is_unsafe())


def _ended_dialogues(study: Study, kind: str) -> QuerySet[Dialogue]:
    newest = study.dialogues.aggregate(Max("pk"))["pk__max"] or 0
    ended = study.dialogues.filter(pk__lte=newest).exclude(ended_at=None).exclude(is_replaced=True)
    return _of_kind(ended.order_by("pk"), kind)


def unfinished_dialogues(study: Study, kind: str) -> QuerySet[Dialogue]:
    """Return the study's dialogues of ``kind`` that have not ended; an export leaves them out."""
    return _of_kind(study.dialogues.filter(ended_at=None), kind)


def _of_kind(dialogues: QuerySet[Dialogue], kind: str) -> QuerySet[Dialogue]:
    return dialogues.exclude(kind=Dialogue.Kind.BRANCH) if kind == "all" else dialogues.filter(kind=kind)


def table_head(form: str, columns: Iterable[str]) -> str:
    """Return the header of a table in that form."""
    return (BYTE_ORDER_MARK if form == "spreadsheet" else "") + row_writer(form)(columns)


def row_writer(form: str) -> Write:
    """Return the function that writes the rows of a table in that form."""
    return write_spreadsheet_row if form == "spreadsheet" else write_row


def _pieces(dialogues: QuerySet[Dialogue], form: str, answers: AnswersToExport) -> Iterator[str]:
    if form == "jsonl":
        return write_records(dialogues, takes_texts=answers.takes_texts)
    write = row_writer(form)
    rows = dialogues.select_related("goal", "persona", "condition")
    rows = rows.prefetch_related("persona__survey_answers", turns_with_tries(), *annotations())
    return (_rows(dialogue, write, answers) for dialogue in rows.iterator(chunk_size=100))


def _rows(dialogue: Dialogue, write: Write, answers: AnswersToExport) -> str:
    """Return one row per turn. A dialogue without turns has one row too, so that no dialogue is missing."""
    played = named_roles(dialogue)
    known = [
        dialogue.token,
        dialogue.kind,
        dialogue.persona.code,
        dialogue.persona_sentence,
        dialogue.goal.number,
        dialogue.goal.domain,
        dialogue.inquirer.get("model", ""),
        *(played[name] for name in ("character", "elicitation")),
        dialogue.responder.get("model", ""),
        played["responder_character"],
        str(dialogue.condition or ""),
        dialogue.seed,
        dialogue.ending,
    ]
    is_natural = dialogue.kind == Dialogue.Kind.NATURAL
    turns = [_said(turn) + (_came_about(turn, dialogue) if is_natural else []) for turn in dialogue.turns.all()]
    added = [exclusion_of(dialogue), "; ".join(tag.name for tag in dialogue.tags.all())]
    told = answers.survey(dialogue).values() if is_natural else [None] * len(answers.surveys)
    survey = [None if answer is None else show_answer(answer) for answer in told]
    return "".join(write([*_filled([*known, *turn]), *added, *survey]) for turn in turns or [[]])


def _said(turn: Turn) -> list[object]:
    return [turn.position, turn.utterance, turn.response, turn.utterance_tokens, turn.response_tokens]


def _came_about(turn: Turn, dialogue: Dialogue) -> list[object]:
    """Return how a person's turn was created: its state, when and how it was typed, the chatbot's attempts as JSON."""
    written = write_turn(turn, is_imported=bool(dialogue.imported_from))
    typing = written["typing"] or {}
    tries = json.dumps([_as_read(one) for one in written["tries"]], ensure_ascii=False)
    return [turn.state, written["sent_at"], *(typing.get(name) for name in Typing.MEASURES), tries]


def _as_read(tried: dict[str, Any]) -> dict[str, Any]:
    """Return an attempt without the model's raw output, which only JSON lines contain."""
    return {name: value for name, value in tried.items() if name != "raw"}


def _filled(values: list[object]) -> list[object]:
    return values + [None] * (len(COLUMNS) - len(_ADDED) - len(values))
